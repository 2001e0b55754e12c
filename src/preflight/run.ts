import { EXIT, messageOf, RkubeError } from '../core/errors.ts';
import { problem } from './finding.ts';
import type { Check, CheckInput, CheckReport, Finding, Severity } from './types.ts';

/** Checks read small files; one that takes longer hangs on something, e.g. a network home that is away. */
const DEADLINE_MS = 5_000;

/** Runs all checks side by side; the reports keep the order of the checks. Never rejects. */
export function runChecks(
  checks: readonly Check[],
  input: CheckInput,
  deadlineMs = DEADLINE_MS,
): Promise<CheckReport[]> {
  return Promise.all(
    checks.map(async (check) => {
      const { id, title, severity, root = false } = check;
      const finding = await withDeadline(() => check.probe(input), deadlineMs).catch((error: unknown) =>
        problem(
          `check ${id} could not finish: ${messageOf(error)}`,
          `Please report this, or go on without it: --ignore ${id}`,
        ),
      );
      return { id, page: `docs/doctor/${id}.md`, title, severity, root, finding };
    }),
  );
}

async function withDeadline(work: () => Promise<Finding>, deadlineMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What up, init and join do first.
 * @returns the warnings; what is minor is for doctor alone
 * @throws RkubeError `preflight`, exit 3, when a fatal check found something
 */
export async function preflight(checks: readonly Check[], input: CheckInput): Promise<CheckReport[]> {
  const reports = await runChecks(checks, input);
  if (fatalProblems(reports).length > 0) throw preflightError(reports);
  return warnings(reports);
}

/** Reports that found something wrong, the gravest first. */
export function problems(reports: readonly CheckReport[]): CheckReport[] {
  return [...fatalProblems(reports), ...warnings(reports), ...wrong(reports, 'minor')];
}

export const fatalProblems = (reports: readonly CheckReport[]): CheckReport[] => wrong(reports, 'fatal');

export const warnings = (reports: readonly CheckReport[]): CheckReport[] => wrong(reports, 'warning');

const wrong = (reports: readonly CheckReport[], of: Severity): CheckReport[] =>
  reports.filter(({ severity, finding }) => severity === of && finding.state === 'problem');

/** The error that lists every fatal problem with its fix: exit 3. Call it only when there is one. */
export function preflightError(
  reports: readonly CheckReport[],
  { message, next } = {
    message: 'This host can not run a node yet.',
    next: 'Mend these and try again; `rkube doctor` shows all checks with what they read',
  },
): RkubeError {
  const fatal = fatalProblems(reports);
  const what = fatal.length === 1 ? 'One thing is' : `${fatal.length} things are`;
  return new RkubeError({
    id: 'preflight',
    message: `${message} ${what} in the way:`,
    details: fatal.flatMap(describe),
    next,
    exitCode: EXIT.preflight,
  });
}

function describe({ id, page, title, root, finding }: CheckReport): string[] {
  const fix = finding.state === 'problem' ? [`  ${root ? 'fix, as an administrator' : 'fix'}: ${finding.fix}`] : [];
  return [`${id}: expected: ${title}`, `  found: ${finding.evidence}`, ...fix, `  page: ${page}`];
}
