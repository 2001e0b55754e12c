import { confirm } from '../confirm.ts';
import { tellDeparted } from '../departed.ts';
import { FORCE, YES } from '../options.ts';
import type { Verb } from '../verb.ts';
import { releaseAgent } from '../with-agent.ts';

export const deleteVerb: Verb = {
  name: 'delete',
  summary: 'remove the node with all its state',
  examples: [
    ['rkube delete', 'asks first'],
    ['rkube delete --yes', 'for scripts'],
    ['rkube delete --dry-run', 'show what would go'],
  ],
  options: [YES, FORCE],
  settings: 'node',
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { remove } = await import('../../cluster/remove.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    const { cluster, node } = site.config;
    await confirm(invocation, `Node ${node} of cluster ${cluster} and all its state on this host are deleted.`);
    const departed = await remove(site, new Steps(invocation.run), { force: invocation.flags['force'] === true });
    await releaseAgent(site);
    tellDeparted(invocation, node, departed);
  },
};
