import { confirm } from '../confirm.ts';
import { YES } from '../options.ts';
import type { Verb } from '../verb.ts';
import { tellAgent } from '../with-agent.ts';

export const reset: Verb = {
  name: 'reset',
  summary: 'leave the cluster; the node container stays, empty',
  examples: [['rkube reset', 'on the only control plane this ends the cluster']],
  options: [YES],
  settings: 'node',
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { reset } = await import('../../cluster/leave.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    await confirm(
      invocation,
      `Node ${site.config.node} leaves cluster ${site.config.cluster}, and all it holds of it is deleted.`,
    );
    const before = await reset(site, new Steps(invocation.run));
    await tellAgent(site);
    if (before?.role === 'worker')
      invocation.next('', `On a control plane: \`rkube kubectl delete node ${site.config.node}\`.`);
    else invocation.next('', 'Next: `rkube init` or `rkube join`.');
  },
};
