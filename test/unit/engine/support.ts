import type { CommandResult, CommandRunner } from '../../../src/core/command.ts';

/** The outcome of a command: success without output, unless said otherwise. */
export function result(partial: Partial<CommandResult> = {}): CommandResult {
  return {
    spec: { file: 'podman', args: ['info', '--format', 'json'], effect: 'read' },
    exitCode: 0,
    stdout: '',
    stderr: '',
    timedOut: false,
    canceled: false,
    notFound: false,
    durationMs: 1,
    ...partial,
  };
}

/** A runner that gives every command the same outcome. */
export function always(partial: Partial<CommandResult>): CommandRunner {
  return { run: async (spec) => result({ spec, ...partial }), attach: async () => 0 };
}
