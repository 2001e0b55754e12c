import { MAKING } from '../options.ts';
import type { Verb } from '../verb.ts';
import { withAgent } from '../with-agent.ts';

export const up: Verb = {
  name: 'up',
  summary: 'bring the node container up',
  examples: [
    ['rkube up', 'a node that can become a control plane or a worker'],
    ['rkube up --worker', 'without the ports of a control plane'],
    ['rkube up --publish 30080', 'also open node port 30080 on this host'],
    ['rkube up --restore', 'only bring back a node that failed: not one taken down or deleted'],
    ['rkube up --dry-run', 'show what would be done'],
  ],
  options: [
    { flags: '--worker', help: 'publish only what a worker needs' },
    {
      flags: '--restore',
      help: 'only bring back a node that was here and that nobody took down; restart one that hangs',
    },
    ...MAKING,
  ],
  settings: 'all',
  data: true,
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { up } = await import('../../cluster/up.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const restores = invocation.flags['restore'] === true;
    const settle = restores ? (await import('../../cluster/move/settings.ts')).movedSettings : undefined;
    const site = await openSite(invocation, [], settle);
    const steps = new Steps(invocation.run, invocation.stepOptions);
    const { cluster, node, address } = site.config;
    if (restores) {
      const { restore } = await import('../../cluster/restore.ts');
      const result = await steps.guard(() => restore(site, steps, invocation.ignore));
      invocation.answer({ cluster, node, ...result }, () => `${node}   ${result.restored}`);
      if (result.moved !== undefined) (await import('../moved.ts')).tellMoved(invocation, result.moved);
      return;
    }
    const role = invocation.flags['worker'] === true ? { role: 'worker' as const } : {};
    const state = await steps.guard(() => up(site, steps, { ...role, ignore: invocation.ignore }));
    await withAgent(invocation, site);
    invocation.answer({ cluster, node, ...state }, () => `${node}   ${address}   ${state.phase}`);
    if (state.phase === 'empty') {
      invocation.next(
        '',
        "Next: `rkube init` makes a cluster here; `rkube join` makes this node a member of another host's.",
      );
    }
  },
};
