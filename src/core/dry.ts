import { type CommandResult, type CommandRunner, type CommandSpec, display, mask } from './command.ts';
import { type Reporter, report } from './reporter.ts';

/**
 * A runner for `--dry-run`: commands that change something are shown, with what they would read on
 * standard input; commands that only read are run, and answered by `spec.dry` where they fail
 * because what they ask about has not been made.
 */
export class DryRunner implements CommandRunner {
  readonly #inner: CommandRunner;
  readonly #reporter: Reporter;

  constructor(inner: CommandRunner, reporter: Reporter) {
    this.#inner = inner;
    this.#reporter = reporter;
  }

  async run(spec: CommandSpec): Promise<CommandResult> {
    if (spec.effect === 'write') {
      this.#show(spec);
      return answer(spec);
    }
    const result = await this.#inner.run(spec);
    return result.exitCode !== 0 && spec.dry !== undefined ? answer(spec) : result;
  }

  async attach(spec: CommandSpec): Promise<number> {
    this.#show(spec);
    return 0;
  }

  #show(spec: CommandSpec): void {
    report(this.#reporter, 'plan', `$ ${display(spec)}`);
    if (typeof spec.stdin !== 'string') return;
    for (const line of mask(spec.stdin, spec.secrets).trimEnd().split('\n'))
      report(this.#reporter, 'plan', `    ${line}`);
  }
}

function answer(spec: CommandSpec): CommandResult {
  return {
    spec,
    exitCode: 0,
    stdout: spec.dry ?? '',
    stderr: '',
    timedOut: false,
    canceled: false,
    notFound: false,
    durationMs: 0,
  };
}
