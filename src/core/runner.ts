import { Socket } from 'node:net';
import type { Channel, Stream } from './channel.ts';
import {
  type CommandResult,
  type CommandRunner,
  type CommandSpec,
  DEFAULT_TIMEOUT_MS,
  type RunOptions,
} from './command.ts';
import { RkubeError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

/** After SIGTERM a command has this long before SIGKILL. */
const KILL_DELAY_MS = 5_000;
/** Where iptables is, which engines call: Debian's ordinary users have no such folder on their PATH. */
const SBIN = ['/usr/sbin', '/sbin'];
/** What a command wrote last has arrived by then. */
const DRAIN_MS = 200;

/** Runs commands on this machine through execa, which is loaded with the first command. */
export class LocalRunner implements CommandRunner {
  readonly #lifetime: Lifetime;
  readonly #env: Readonly<Record<string, string | undefined>>;
  /** Called with each command that has ended. */
  readonly note: (result: CommandResult) => void;

  constructor(
    lifetime: Lifetime,
    env: Readonly<Record<string, string | undefined>> = process.env,
    note: (result: CommandResult) => void = () => {},
  ) {
    this.#lifetime = lifetime;
    this.#env = withSbin(env);
    this.note = note;
  }

  async run(spec: CommandSpec, options: RunOptions = {}): Promise<CommandResult> {
    // execa would start the command and end it at once.
    if (this.#lifetime.interrupted) return neverStarted(spec);
    const { execa } = await import('execa');
    const started = performance.now();
    const child = execa(spec.file, spec.args, {
      ...this.#options(spec),
      input: spec.stdin ?? '',
      timeout: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      all: options.onLine !== undefined,
      ...(spec.binary === true ? { encoding: 'latin1' as const, stripFinalNewline: false } : {}),
    });
    if (options.onLine) {
      for await (const line of child.iterable({ from: 'all' })) options.onLine(String(line));
    }
    const result = outcome(spec, await child, started);
    this.note(result);
    return result;
  }

  async open(spec: CommandSpec, onText: (stream: Stream, text: string) => void): Promise<Channel> {
    if (this.#lifetime.interrupted) {
      return { write: () => {}, ended: Promise.resolve(neverStarted(spec)), end: () => {}, rest: () => {} };
    }
    const { execa } = await import('execa');
    const started = performance.now();
    const child = execa(spec.file, spec.args, {
      ...this.#options(spec),
      stdin: 'pipe',
      buffer: false,
    });
    const { stdin, stdout, stderr } = child;
    // Who writes to a command that has ended learns it from `ended`.
    stdin.on('error', () => {});
    stdout.setEncoding('utf8').on('data', (text: string) => onText('stdout', text));
    stderr.setEncoding('utf8').on('data', (text: string) => onText('stderr', text));
    // What the command started may hold its outputs open, and is not waited for.
    child.once('exit', () => setTimeout(() => [stdout, stderr].forEach((stream) => stream.destroy()), DRAIN_MS));
    const parts = [child, ...[stdin, stdout, stderr].filter((stream) => stream instanceof Socket)];
    return {
      write: (text) => void stdin.write(text),
      ended: child.then((result) => outcome(spec, result, started)),
      end: () => void child.kill(),
      rest: (is) => parts.forEach((part) => (is ? part.unref() : part.ref())),
    };
  }

  async attach(spec: CommandSpec): Promise<number> {
    const { execa } = await import('execa');
    const result = await execa(spec.file, spec.args, {
      reject: false,
      extendEnv: false,
      env: { ...this.#env, ...spec.env },
      stdio: 'inherit',
    });
    if (result.exitCode !== undefined) return result.exitCode;
    if (result.signal !== undefined) return 1;
    throw new RkubeError({ id: 'command-not-found', message: `${spec.file} cannot be run: ${result.shortMessage}` });
  }

  #options(spec: CommandSpec) {
    return {
      reject: false,
      extendEnv: false,
      env: { ...this.#env, ...spec.env },
      cancelSignal: this.#lifetime.signal,
      forceKillAfterDelay: KILL_DELAY_MS,
      // A group of its own: Ctrl-C at a terminal reaches rkube alone, which then ends the command in good order.
      detached: true,
    } as const;
  }
}

/** The same environment, what administrators call found last. */
function withSbin(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  if (env['PATH'] === undefined) return env;
  const folders = env['PATH'].split(':');
  return { ...env, PATH: [...folders, ...SBIN.filter((folder) => !folders.includes(folder))].join(':') };
}

function outcome(spec: CommandSpec, result: Result, started: number): CommandResult {
  return {
    spec,
    exitCode: result.exitCode ?? null,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    timedOut: result.timedOut,
    canceled: result.isCanceled,
    notFound: result.code === 'ENOENT',
    durationMs: performance.now() - started,
  };
}

/** The part of execa's result that is read. */
interface Result {
  readonly exitCode?: number | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly timedOut: boolean;
  readonly isCanceled: boolean;
  readonly code?: string | undefined;
}

function neverStarted(spec: CommandSpec): CommandResult {
  return {
    spec,
    exitCode: null,
    stdout: '',
    stderr: '',
    timedOut: false,
    canceled: true,
    notFound: false,
    durationMs: 0,
  };
}
