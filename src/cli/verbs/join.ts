import { MAKING } from '../options.ts';
import { readTicketText } from '../ticket-input.ts';
import type { Verb } from '../verb.ts';
import { withAgent } from '../with-agent.ts';

export const join: Verb = {
  name: 'join',
  args: '[file]',
  summary: 'join a cluster with a ticket from standard input or a file',
  examples: [
    ['rkube join-command | ssh host2 rkube join', 'from the control-plane host'],
    ['rkube join', 'asks for the ticket'],
    ['rkube join ticket', 'reads it from a file'],
  ],
  options: MAKING,
  settings: 'all',
  data: true,
  changes: true,
  async run(invocation) {
    const text = await readTicketText(invocation.args, invocation.process);
    const { decodeTicket } = await import('../../kubeadm/ticket.ts');
    const ticket = decodeTicket(text);
    const { rejectExpiredTicket } = await import('../../kubeadm/discovery.ts');
    await rejectExpiredTicket(ticket, invocation.process.lifetime.signal);
    const { openSite } = await import('../context.ts');
    const { rawLayer } = await import('../../config/layers.ts');
    const { join } = await import('../../cluster/join.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const { cluster, kubernetesVersion, podSubnet, serviceSubnet, flannelPort, port } = ticket;
    const ports = { flannel: flannelPort, apiserver: port };
    const site = await openSite(invocation, [
      rawLayer({ cluster, kubernetesVersion, podSubnet, serviceSubnet, ports }, 'the ticket'),
    ]);
    const steps = new Steps(invocation.run, invocation.stepOptions);
    const result = await steps.guard(() => join(site, steps, ticket, { ignore: invocation.ignore }));
    await withAgent(invocation, site);
    const { node, address } = site.config;
    invocation.answer({ cluster, node, address, ...result }, () => `${node}   ${address}   ${result.role}`);
    invocation.next(
      '',
      `${node} is ${result.already ? 'already ' : ''}a ${result.role} of cluster ${cluster}. On a control plane: \`rkube status\`.`,
    );
  },
};
