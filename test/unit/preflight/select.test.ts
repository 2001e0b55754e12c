import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { selectChecks } from '../../../src/preflight/select.ts';

test('all checks run unless some are ignored', () => {
  expect(selectChecks()).toEqual(CHECKS);
  expect(selectChecks(['inotify', 'disk-space']).map(({ id }) => id)).toEqual(
    CHECKS.map(({ id }) => id).filter((id) => id !== 'inotify' && id !== 'disk-space'),
  );
});

test('an unknown id is refused with the list of known ones', () => {
  expect(() => selectChecks(['inotfy'])).toThrow(
    expect.objectContaining({ exitCode: 2, next: expect.stringContaining('inotify') }),
  );
});

test('every id is used once and has its line in docs/doctor.md, with its severity', () => {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (fatal|warning) \|/gm)].map(
    ([, id, severity]) => `${id} ${severity}`,
  );
  expect(documented).toEqual(CHECKS.map(({ id, severity }) => `${id} ${severity}`));
});
