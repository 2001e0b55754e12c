import { type CommandSpec, quote } from '../core/command.ts';

/** A command line on another host, by the user's own ssh, which must get in without a question. */
export function overSsh(name: string, line: string): Pick<CommandSpec, 'file' | 'args'> {
  return { file: 'ssh', args: ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', name, line] };
}

/** rkube there. Non-interactive logins seldom have the folder on their PATH where `make install` puts it. */
export function rkubeOverSsh(name: string, args: readonly string[]): Pick<CommandSpec, 'file' | 'args'> {
  return overSsh(name, `PATH=$PATH:$HOME/.local/bin rkube ${args.map(quote).join(' ')}`);
}
