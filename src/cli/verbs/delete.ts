import { confirm } from '../confirm.ts';
import { YES } from '../options.ts';
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
  options: [YES],
  settings: 'node',
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { remove } = await import('../../cluster/remove.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    const { cluster, node } = site.config;
    await confirm(invocation, `Node ${node} of cluster ${cluster} and all its state on this host are deleted.`);
    const { before, left } = await remove(site, new Steps(invocation.run));
    await releaseAgent(site);
    if (left) {
      const where = before?.role === 'worker' ? 'a control plane' : 'another control plane';
      invocation.next('', `On ${where}: \`rkube kubectl delete node ${node}\`.`);
    }
  },
};
