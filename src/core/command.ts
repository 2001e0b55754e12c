import type { Channel, Stream } from './channel.ts';

// A command is a value: built by pure functions, shown by `display`, run only by a CommandRunner.

/** Milliseconds a command may take that sets no limit of its own. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** One command line. Arguments are arrays; no shell ever sees them. */
export interface CommandSpec {
  readonly file: string;
  readonly args: readonly string[];
  /** Written to the command's standard input, which is then closed. Without it the input is empty. */
  readonly stdin?: string | Uint8Array;
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** `read` commands change nothing: a dry run executes them. `write` commands are only shown by a dry run. */
  readonly effect: 'read' | 'write';
  /** Milliseconds until the command is ended with SIGTERM, then SIGKILL. Default: DEFAULT_TIMEOUT_MS. */
  readonly timeoutMs?: number;
  /** Strings masked wherever the command is shown or logged. */
  readonly secrets?: readonly string[];
  /** The output is no text: the result's strings have one character (latin1) a byte. */
  readonly binary?: boolean;
  /** What a dry run takes as standard output when it could not ask. */
  readonly dry?: string;
}

/** The outcome of a command that was started, or could not be: one shape for success and failure. */
export interface CommandResult {
  readonly spec: CommandSpec;
  /** null when the command was ended by a signal or never started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Ended because rkube was interrupted. */
  readonly canceled: boolean;
  /** The executable does not exist. */
  readonly notFound: boolean;
  readonly durationMs: number;
}

/** What a runner hands on while the command runs. */
export interface RunOptions {
  readonly onLine?: (line: string) => void;
}

/** Runs commands somewhere: on this host, or in a node container. */
export interface CommandRunner {
  /** Runs and collects the output. Never rejects because the command failed. */
  run(spec: CommandSpec, options?: RunOptions): Promise<CommandResult>;
  /** Runs with this process's terminal attached; resolves with the exit code. */
  attach(spec: CommandSpec): Promise<number>;
  /** Notes a command that was run for this runner by other means. */
  note?(result: CommandResult): void;
  /** Starts a command to talk to; absent where commands are only shown. */
  open?(spec: CommandSpec, onText: (stream: Stream, text: string) => void): Promise<Channel>;
}

/** A command with the function that makes its output a value. */
export interface Query<T> {
  readonly spec: CommandSpec;
  readonly parse: (result: CommandResult) => T;
}

const SAFE = /^[\w@%+=:,./-]+$/;

/** Quotes one word as a POSIX shell would need it. For display only. */
export function quote(word: string): string {
  return SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Replaces every secret in the text. */
export function mask(text: string, secrets: readonly string[] = []): string {
  return secrets.reduce((shown, secret) => (secret ? shown.replaceAll(secret, '***') : shown), text);
}

/** The command as a line that can be pasted into a shell, secrets masked. */
export function display(spec: CommandSpec): string {
  const env = Object.entries(spec.env ?? {}).map(([key, value]) => `${key}=${quote(value)}`);
  return mask([...env, ...[spec.file, ...spec.args].map(quote)].join(' '), spec.secrets);
}
