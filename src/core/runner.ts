import type { CommandResult, CommandRunner, CommandSpec, RunOptions } from './command.ts';
import { RkubeError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** After SIGTERM a command has this long before SIGKILL. */
const KILL_DELAY_MS = 5_000;

/** Runs commands on this machine through execa, which is loaded with the first command. */
export class LocalRunner implements CommandRunner {
  readonly #lifetime: Lifetime;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(lifetime: Lifetime, env: Readonly<Record<string, string | undefined>> = process.env) {
    this.#lifetime = lifetime;
    this.#env = env;
  }

  async run(spec: CommandSpec, options: RunOptions = {}): Promise<CommandResult> {
    // execa would start the command and end it at once.
    if (this.#lifetime.interrupted) return neverStarted(spec);
    const { execa } = await import('execa');
    const started = performance.now();
    const child = execa(spec.file, spec.args, {
      reject: false,
      extendEnv: false,
      env: { ...this.#env, ...spec.env },
      input: spec.stdin ?? '',
      timeout: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      cancelSignal: this.#lifetime.signal,
      forceKillAfterDelay: KILL_DELAY_MS,
      all: options.onLine !== undefined,
      // A group of its own: Ctrl-C at a terminal reaches rkube alone, which then ends the command in good order.
      detached: true,
    });
    if (options.onLine) {
      for await (const line of child.iterable({ from: 'all' })) options.onLine(line);
    }
    const result = await child;
    return {
      spec,
      exitCode: result.exitCode ?? null,
      stdout: result.stdout,
      stderr: result.stderr,
      timedOut: result.timedOut,
      canceled: result.isCanceled,
      notFound: result.code === 'ENOENT',
      durationMs: performance.now() - started,
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
