import { randomBytes } from 'node:crypto';
import type { Channel, Stream } from '../core/channel.ts';
import {
  type CommandResult,
  type CommandRunner,
  type CommandSpec,
  DEFAULT_TIMEOUT_MS,
  quote,
  type RunOptions,
} from '../core/command.ts';
import { Follower } from './follower.ts';

/**
 * What runs in the node: reads three lines (a mark, standard input in base64, a quoted command with newlines
 * escaped), runs the command, and says on both outputs `MARK CODE` when it has ended. POSIX sh.
 */
export const SESSION = `while IFS= read -r mark && IFS= read -r input && IFS= read -r command; do
  command=$(printf %b "$command")
  if [ -z "$input" ]; then eval "$command" </dev/null; else printf %s "$input" | base64 -d | eval "$command"; fi
  code=$?
  printf '\\n%s %s\\n' "$mark" "$code"
  printf '\\n%s %s\\n' "$mark" "$code" >&2
done`;

/** A shell in a node that runs one command after another: engines take up to a second for each `exec`. */
export class NodeSession {
  readonly #word = randomBytes(9).toString('hex');
  #channel: Channel | undefined;
  #ended: CommandResult | undefined;
  #count = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #received: Record<Stream, string> = { stdout: '', stderr: '' };
  #arrived: () => void = () => {};

  /** Starts the shell by `spec`, which runs SESSION in the node. */
  static async start(open: NonNullable<CommandRunner['open']>, spec: CommandSpec): Promise<NodeSession> {
    const session = new NodeSession();
    const channel = await open(spec, (stream, text) => {
      session.#received[stream] += text;
      session.#arrived();
    });
    session.#channel = channel;
    void session.#watch(channel);
    return session;
  }

  async #watch(channel: Channel): Promise<void> {
    this.#ended = await channel.ended;
    this.#arrived();
  }

  /** Whether it takes commands: the shell ends with its container, an interrupt, or a command that took too long. */
  get usable(): boolean {
    return this.#ended === undefined;
  }

  /** Ends the shell. */
  end(): void {
    this.#channel?.end();
  }

  /** Runs a command when those before have ended. `spec` is the same as a call of the engine, for messages. */
  run(spec: CommandSpec, argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const result = this.#tail.then(() => this.#run(spec, argv, options));
    this.#tail = result;
    return result;
  }

  async #run(spec: CommandSpec, argv: readonly string[], { onLine }: RunOptions): Promise<CommandResult> {
    const started = performance.now();
    const mark = `${this.#word}-${++this.#count}`;
    const follow = { stdout: new Follower(mark, onLine), stderr: new Follower(mark, onLine) };
    this.#received = { stdout: '', stderr: '' };
    this.#channel?.rest(false);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.end();
    }, spec.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const exitCode = await new Promise<number | null>((resolve) => {
      this.#arrived = () => {
        const codes = [follow.stdout.read(this.#received.stdout), follow.stderr.read(this.#received.stderr)];
        if (codes[0] !== undefined && codes[1] !== undefined) resolve(codes[0]);
        else if (this.#ended !== undefined) resolve(this.#ended.exitCode);
      };
      this.#channel?.write(`${mark}\n${encode(spec.stdin)}\n${escape(argv)}\n`);
      this.#arrived();
    });
    clearTimeout(timer);
    this.#channel?.rest(true);
    const { canceled = false, notFound = false } = this.#ended ?? {};
    const [stdout, stderr] = [follow.stdout.text, follow.stderr.text];
    return { spec, exitCode, stdout, stderr, timedOut, canceled, notFound, durationMs: performance.now() - started };
  }
}

const encode = (stdin: string | Uint8Array = ''): string => Buffer.from(stdin).toString('base64');

const escape = (argv: readonly string[]): string =>
  argv.map(quote).join(' ').replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
