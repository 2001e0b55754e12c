import type { CommandResult, CommandRunner, CommandSpec, RunOptions } from './command.ts';
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
    });
    if (options.onLine) {
      for await (const line of child.iterable({ from: 'all' as never })) options.onLine(line);
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
    if (result.code === 'ENOENT') throw result;
    return result.exitCode ?? 1;
  }
}
