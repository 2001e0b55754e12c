import { usageError } from '../../core/errors.ts';
import type { Verb } from '../verb.ts';

export const ports: Verb = {
  name: 'ports',
  args: '[what] [spec...]',
  summary: 'show, add and remove ports of this host that lead to nodes',
  examples: [
    ['rkube ports', 'what is open, where, and for whom; what could not be opened, and why'],
    ['rkube ports add 8080:30080', 'port 8080 of this host leads to port 30080 of the node from now on'],
    ['rkube ports add 127.0.0.1:5353:53/udp', 'on one address only, UDP'],
    ['rkube ports rm 8080', 'closes it again'],
  ],
  settings: 'node',
  data: true,
  changes: true,
  async run(invocation) {
    const [what = 'list', ...specs] = invocation.args;
    if (!['list', 'add', 'rm'].includes(what) || (what === 'list') !== (specs.length === 0)) {
      throw usageError({
        id: 'unknown-what',
        message: `Expected \`rkube ports\`, \`rkube ports add SPEC…\` or \`rkube ports rm SPEC…\`, got ${invocation.args.join(' ')}`,
        next: 'A SPEC is [ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp].',
      });
    }
    const { listPorts, changePorts } = await import('../ports-view.ts');
    await (what === 'list' ? listPorts(invocation) : changePorts(invocation, what as 'add' | 'rm', specs));
  },
};
