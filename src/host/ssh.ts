import type { CommandSpec } from '../core/command.ts';

/** A command line on another host, by the user's own ssh, which must get in without a question. */
export function overSsh(name: string, line: string): Pick<CommandSpec, 'file' | 'args'> {
  return { file: 'ssh', args: ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', name, line] };
}
