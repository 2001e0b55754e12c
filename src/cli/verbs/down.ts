import type { Verb } from '../verb.ts';
import { tellAgent } from '../with-agent.ts';

export const down: Verb = {
  name: 'down',
  summary: 'stop the node; its state stays',
  examples: [['rkube down', '`rkube up` brings it back as it was']],
  settings: 'node',
  changes: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { down } = await import('../../cluster/remove.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const site = await openSite(invocation);
    await down(site, new Steps(invocation.run));
    await tellAgent(site);
    invocation.next('', 'Its state is kept: `rkube up` brings it back, `rkube delete` removes it.');
  },
};
