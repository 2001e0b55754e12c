import { expect, test } from 'vitest';
import { ok, problem } from '../../../src/preflight/finding.ts';
import { fatalProblems, preflight, preflightError, problems, runChecks } from '../../../src/preflight/run.ts';
import type { Check } from '../../../src/preflight/types.ts';
import { checkInput } from './fake.ts';

const check = (id: string, probe: Check['probe'], rest: Partial<Check> = {}): Check => ({
  id,
  title: `${id} is right`,
  severity: 'fatal',
  probe,
  ...rest,
});
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const slow = () => after(100).then(() => ok(''));

const mixed = [
  check('slow', async () => {
    await after(30);
    return ok('seen');
  }),
  check('advice', async () => problem('low', 'raise it'), { severity: 'warning' }),
  check('broken', async () => problem('none', 'add one'), { root: true }),
];

test('reports keep the order of the checks', async () => {
  const reports = await runChecks(mixed, checkInput());
  expect(reports.map(({ id, finding }) => `${id} ${finding.state}`)).toEqual([
    'slow ok',
    'advice problem',
    'broken problem',
  ]);
});

test('checks run side by side', async () => {
  const started = performance.now();
  await runChecks(
    Array.from({ length: 10 }, (_, i) => check(`c${i}`, slow)),
    checkInput(),
  );
  expect(performance.now() - started).toBeLessThan(800);
});

test('a check that throws, rejects or hangs becomes a problem with its name, and stops no other', async () => {
  const reports = await runChecks(
    [
      check('throws', () => {
        throw new Error('bad luck');
      }),
      check('rejects', () => Promise.reject(new Error('no luck'))),
      check('hangs', () => new Promise(() => {})),
      check('fine', async () => ok('')),
    ],
    checkInput(),
    50,
  );
  expect(reports.map(({ finding }) => finding.evidence)).toEqual([
    'check throws could not finish: bad luck',
    'check rejects could not finish: no luck',
    'check hangs could not finish: no answer within 0.05 s',
    '',
  ]);
  expect(reports.map(({ finding }) => finding.state)).toEqual(['problem', 'problem', 'problem', 'ok']);
});

test('problems are listed fatal first; warnings alone are not fatal', async () => {
  const reports = await runChecks(mixed, checkInput());
  expect(problems(reports).map(({ id }) => id)).toEqual(['broken', 'advice']);
  expect(fatalProblems(reports).map(({ id }) => id)).toEqual(['broken']);
});

test('the error names each fatal problem with what was expected, found, and who mends it how: exit 3', async () => {
  const error = preflightError(await runChecks(mixed, checkInput()));
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain('One thing is in the way');
  expect(error.details).toEqual([
    'broken: expected: broken is right',
    '  found: none',
    '  fix, as an administrator: add one',
    '  page: docs/doctor/broken.md',
  ]);
});

test('what is minor comes last, and is no business of preflight', async () => {
  const whim = check('whim', async () => problem('none', 'add one'), { severity: 'minor' });
  const reports = await runChecks([whim, ...mixed], checkInput());
  expect(problems(reports).map(({ id }) => id)).toEqual(['broken', 'advice', 'whim']);
  expect(await preflight([whim], checkInput())).toEqual([]);
});

test('preflight hands back warnings and throws what is fatal', async () => {
  expect(await preflight(mixed.slice(0, 2), checkInput())).toMatchObject([{ id: 'advice', severity: 'warning' }]);
  await expect(preflight(mixed, checkInput())).rejects.toMatchObject({ id: 'preflight', exitCode: 3 });
});
