import { type RkubeError, usageError } from '../core/errors.ts';

/** Where a setting came from, as messages say it. */
function origin(source: string | undefined): string {
  if (source === undefined || source === 'default') return '(default)';
  return source === 'host' ? '(from this host)' : `(from ${source})`;
}

/** A setting with its origin: `ports.kubelet (from --port-kubelet)`. */
export function subject(key: string, source: string | undefined): string {
  return `${key === 'node' || key === 'cluster' ? `${key} name` : key} ${origin(source)}`;
}

/** A value as messages quote it. */
export function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** The one sentence every problem of a setting is told in. */
export function problem(key: string, source: string | undefined, mustBe: string, got: unknown): string {
  return `${subject(key, source)} must be ${mustBe}, got ${shown(got)}`;
}

/** One error for all problems, so that nobody has to correct them one run at a time. */
export function problemsError(what: string, problems: readonly string[]): RkubeError {
  const [only] = problems;
  return usageError({
    id: 'config-invalid',
    ...(problems.length === 1 && only !== undefined
      ? { message: only }
      : { message: `${what}: ${problems.length} problems`, details: problems }),
    next: 'correct the setting; `rkube up --help` and docs/configuration.md explain each one',
  });
}
