import { confirm } from '../confirm.ts';
import { tellDeparted } from '../departed.ts';
import { FORCE, YES } from '../options.ts';
import type { Verb } from '../verb.ts';
import { tellAgent } from '../with-agent.ts';

export const reset: Verb = {
  name: 'reset',
  summary: 'leave the cluster; the node container stays, empty',
  examples: [['rkube reset', 'on the only control plane this ends the cluster']],
  options: [YES, FORCE],
  settings: 'node',
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { reset } = await import('../../cluster/leave.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    const { cluster, node } = site.config;
    await confirm(invocation, `Node ${node} leaves cluster ${cluster}, and all it holds of it is deleted.`);
    const departed = await reset(site, new Steps(invocation.run), { force: invocation.flags['force'] === true });
    await tellAgent(site);
    tellDeparted(invocation, node, departed);
    invocation.next('Next: `rkube init` or `rkube join`.');
  },
};
