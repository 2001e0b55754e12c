import { expect, test } from 'vitest';
import { remedy } from '../../../src/cluster/restore.ts';

const up = { down: false };
const down = { down: true };

test.each([
  ['nothing on a volume', undefined, 'absent', 'well', 'gone'],
  ['a container of ours that was never prepared', undefined, 'stopped', 'well', 'gone'],
  ['no container', up, 'absent', 'well', 'created'],
  ['a container that ended', up, 'stopped', 'well', 'started'],
  ['a container that was made and not started', up, 'created', 'well', 'started'],
  ['one that runs', up, 'running', 'well', 'running'],
  ['one that hangs', up, 'running', 'hung', 'restarted'],
  ['one without its network', up, 'running', 'severed', 'created'],
  ['one taken down', down, 'stopped', 'well', 'down'],
  ['one taken down whose container others removed', down, 'absent', 'well', 'down'],
] as const)('%s', (_, notes, container, health, what) => {
  expect(remedy(notes, container, health)).toBe(what);
});
