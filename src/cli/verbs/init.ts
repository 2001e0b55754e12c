import { MAKING } from '../options.ts';
import type { Verb } from '../verb.ts';
import { withAgent } from '../with-agent.ts';

export const init: Verb = {
  name: 'init',
  summary: 'make a cluster on this host',
  examples: [
    ['rkube init', 'node up, control plane, pod network, DNS'],
    ['rkube init --address 192.0.2.10', 'other hosts reach this one at that address'],
    ['rkube init --publish 30080', 'also open node port 30080 on this host'],
    ['rkube init --dry-run', 'show every command and document'],
  ],
  options: MAKING,
  settings: 'all',
  data: true,
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { init } = await import('../../cluster/init.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    const steps = new Steps(invocation.run, invocation.stepOptions);
    const result = await steps.guard(() => init(site, steps, { ignore: invocation.ignore }));
    await withAgent(invocation, site);
    const { cluster, node, address } = site.config;
    invocation.answer({ cluster, node, address, ...result }, () => '');
    invocation.next(
      '',
      `Cluster ${cluster} is ${result.already ? 'already' : ''} up on ${node} (${address}).`.replace('  ', ' '),
      '',
      'Look around:        rkube kubectl get nodes,pods -A',
      `Your own kubectl:   export KUBECONFIG=${result.kubeconfig}`,
      'Add another host:   rkube join-command | ssh HOST rkube join',
    );
  },
};
