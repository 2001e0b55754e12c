import { expect, test } from 'vitest';
import { withRuntimeFolder } from '../../../src/host/runtime-folder.ts';

const OWNERS: Readonly<Record<string, number>> = { '/run/user/1001': 1001, '/run/user/0': 0, '/tmp/own': 1001 };

test.each<[string, string | undefined, number, string | undefined]>([
  ['is kept in a session of systemd', '/run/user/1001', 1001, '/run/user/1001'],
  ['is kept where the user chose another of theirs', '/tmp/own', 1001, '/tmp/own'],
  ['is found where cron set none', undefined, 1001, '/run/user/1001'],
  ['is found where it is set to nothing', '', 1001, '/run/user/1001'],
  ["is found where su left root's", '/run/user/0', 1001, '/run/user/1001'],
  ['stays none where the host has none', undefined, 1002, undefined],
  ["is none where su left root's and the user has none", '/run/user/0', 1002, undefined],
])("the user's runtime folder %s", async (_, given, uid, expected) => {
  const env = await withRuntimeFolder({ XDG_RUNTIME_DIR: given, A: 'b' }, uid, async (folder) => OWNERS[folder]);
  expect(env).toEqual({ XDG_RUNTIME_DIR: expected, A: 'b' });
});
