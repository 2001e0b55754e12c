import { type CommandResult, display, mask } from './command.ts';

/** Exit codes of every verb (docs/commands.md). */
export const EXIT = { ok: 0, failed: 1, usage: 2, preflight: 3, interrupted: 130 } as const;

export interface ErrorParts {
  /** Stable identifier for scripts, e.g. `ticket-expired`. */
  readonly id: string;
  /** Names the thing, what was expected and what was found, in one or two sentences. */
  readonly message: string;
  /** What the reader does next. */
  readonly next?: string;
  /** Lines of evidence: output of a command, the list of problems. */
  readonly details?: readonly string[];
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/** An error that rkube expects and explains; anything else is a defect of rkube. */
export class RkubeError extends Error {
  readonly id: string;
  readonly next: string | undefined;
  readonly details: readonly string[];
  readonly exitCode: number;

  constructor(parts: ErrorParts) {
    super(parts.message, { cause: parts.cause });
    this.name = 'RkubeError';
    this.id = parts.id;
    this.next = parts.next;
    this.details = parts.details ?? [];
    this.exitCode = parts.exitCode ?? EXIT.failed;
  }
}

/** The same error with more lines of evidence. */
export function withDetails(error: RkubeError, lines: readonly string[]): RkubeError {
  const { id, message, next, details, exitCode } = error;
  return new RkubeError({
    id,
    message,
    ...(next === undefined ? {} : { next }),
    details: [...details, ...lines],
    exitCode,
    cause: error.cause ?? error,
  });
}

/** Wrong flags, wrong configuration, unreadable input: exit 2. */
export function usageError(parts: Omit<ErrorParts, 'exitCode'>): RkubeError {
  return new RkubeError({ ...parts, exitCode: EXIT.usage });
}

/** The user pressed Ctrl-C or the process was told to end: exit 130. */
export function interrupted(what: string): RkubeError {
  return new RkubeError({ id: 'interrupted', message: `Interrupted during: ${what}`, exitCode: EXIT.interrupted });
}

/** Lines of output that an error quotes. */
const TAIL_LINES = 15;

/** A command that failed: shows the command line and the end of its output, secrets masked. */
export function commandError(result: CommandResult, doing: string, next?: string): RkubeError {
  const { spec } = result;
  const tail = mask(`${result.stdout}\n${result.stderr}`, spec.secrets)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-TAIL_LINES);
  return new RkubeError({
    id: result.notFound ? 'command-not-found' : 'command-failed',
    message: `${doing}: ${outcome(result)}`,
    details: [`$ ${display(spec)}`, ...tail],
    ...(next === undefined ? {} : { next }),
    ...(result.canceled ? { exitCode: EXIT.interrupted } : {}),
  });
}

function outcome(result: CommandResult): string {
  if (result.notFound) return `${result.spec.file} is not installed or not on PATH`;
  if (result.canceled) return 'interrupted';
  if (result.timedOut) return `no answer within ${Math.round(result.durationMs / 1000)} s`;
  return `${result.spec.file} ended with exit code ${result.exitCode ?? 'unknown (killed by a signal)'}`;
}

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
