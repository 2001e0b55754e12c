import type { NodeContainer } from '../node/container.ts';
import { KUBECONFIG, kubectlArgv } from './kubectl.ts';

/**
 * Lets the kubelet's kubeconfig name the certificate that the kubelet renews by itself, in place of the first one,
 * which expires after a year: kubeadm's phase kubelet-finalize without its restart, which the running kubelet does
 * not need.
 */
export async function nameRenewedCertificate(node: NodeContainer, name: string): Promise<void> {
  const pem = '/var/lib/kubelet/pki/kubelet-client-current.pem';
  const user = `system:node:${name}`;
  const flags = [`--client-certificate=${pem}`, `--client-key=${pem}`];
  await node.run(kubectlArgv(KUBECONFIG.kubelet, ['config', 'set-credentials', user, ...flags]), {
    doing: 'Naming the certificate that the kubelet renews',
    effect: 'write',
  });
}
