import type { Verb } from '../verb.ts';

/** What tells most when a node does not come up. */
const UNITS = ['rkube-node', 'containerd', 'kubelet'];

export const logs: Verb = {
  name: 'logs',
  args: '[unit...]',
  summary: 'show the journal of the node',
  examples: [
    ['rkube logs', 'rkube-node, containerd and kubelet'],
    ['rkube logs --follow kubelet', 'one unit, as it goes on'],
    ['rkube logs --lines 1000', ''],
  ],
  options: [
    { flags: '-f, --follow', help: 'go on as lines come' },
    { flags: '-n, --lines <count>', help: 'how many lines', default: '200' },
  ],
  settings: 'node',
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { enterNode } = await import('../../cluster/enter.ts');
    const site = await openSite(invocation);
    const follow = invocation.flags['follow'] === true;
    const state = await site.node.state();
    if (state !== undefined && state.status !== 'running') {
      // Without systemd there is no journal to ask; the engine still has what the node printed last.
      invocation.exitCode = await site.engine.runner.attach(site.engine.dialect.logs(site.node.name, follow));
      return;
    }
    const units = (invocation.args.length > 0 ? invocation.args : UNITS).flatMap((unit) => ['-u', unit]);
    const argv = [
      'journalctl',
      '--no-pager',
      '-n',
      String(invocation.flags['lines']),
      ...(follow ? ['-f'] : []),
      ...units,
    ];
    invocation.exitCode = await enterNode(site, argv, { stdin: {}, stdout: {} });
  },
};
