import { flannel } from '../cni/flannel.ts';
import { RkubeError } from '../core/errors.ts';
import { shipped } from '../core/package.ts';
import { hostMtu } from '../host/mtu.ts';
import { apply } from '../kube/kubectl.ts';
import { nameRenewedCertificate } from '../kube/kubelet-certificate.ts';
import { waitForApi, waitForDns, waitForNode } from '../kube/ready.ts';
import { endpointName } from '../kubeadm/documents.ts';
import { kubeadmInit, kubeadmReset, nodeVersion } from '../kubeadm/verbs.ts';
import { markState } from '../node/state.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { Site } from './site.ts';
import { type Steps } from './steps.ts';
import { bringUp, prepare, type UpOptions } from './up.ts';

export interface InitResult {
  readonly already: boolean;
  /** Path of the administrator's kubeconfig on this host. */
  readonly kubeconfig: string;
}

/**
 * `rkube init`: a cluster of one node that is Ready and whose DNS answers. A second run, or one after a
 * crash at any point, finishes what is missing.
 */
export async function init(site: Site, steps: Steps, options: Omit<UpOptions, 'role'>): Promise<InitResult> {
  const { run, node, config } = site;
  const { state, created } = await bringUp(site, steps, { ...options, role: 'control-plane' });
  const already = state.phase === 'member';
  const kubernetesVersion = already ? state.kubernetesVersion : await imageVersion(site);
  const mtu = config.mtu || state.mtu || (await hostMtu(site.host, config.address));
  const member = {
    ...state,
    kubernetesVersion,
    mtu,
    phase: 'member' as const,
    endpoint: endpointName(config.cluster),
    controlPlanes: already ? state.controlPlanes : [config.address],
  };
  if (already) {
    steps.skip(`Cluster ${config.cluster} is initialised already`);
    if (state.role === 'worker') rejectWorker(site);
    await prepare(site, steps, member);
    await steps.step('Wait until the API server is ready', () => waitForApi(run, node));
  } else {
    if (!created) steps.undo('Take kubeadm init back', () => kubeadmReset(node));
    await prepare(site, steps, { ...member, phase: 'initializing' });
    if (state.phase !== 'empty') await steps.step('Clear what an interrupted run left', () => kubeadmReset(node));
    await steps.step('Initialise the control plane (kubeadm init)', async () => {
      await kubeadmInit(run, node, { ...config, kubernetesVersion });
      await nameRenewedCertificate(node, config.node);
    });
    await markState(node, member);
    steps.commit();
  }
  await steps.step('Install the pod network (Flannel)', async () => {
    const network = flannel.manifest(config, mtu);
    // At once, before there are pods of CoreDNS that would have to be replaced.
    await apply(
      node,
      [network, shipped('kubeadm', 'coredns.yaml'), shipped('kubeadm', 'agent.yaml')].join('---\n'),
      'Installing Flannel',
    );
  });
  await steps.step('Wait until the node is Ready', () => waitForNode(run, node, config.node));
  await steps.step('Wait until cluster DNS answers', () => waitForDns(run, node, config.serviceSubnet));
  const kubeconfig = await steps.step('Write the kubeconfig', () => writeKubeconfig(site));
  return { already, kubeconfig };
}

/** The image decides the version, unless one was asked for. */
async function imageVersion({ node, config }: Site): Promise<string> {
  const found = await nodeVersion(node, config.kubernetesVersion);
  const source = config.sources['kubernetesVersion'] ?? '';
  if (found === config.kubernetesVersion || source === 'default' || source.startsWith('node ')) return found;
  throw new RkubeError({
    id: 'image-version',
    message: `The node image holds Kubernetes ${found}, expected ${config.kubernetesVersion} (from ${source})`,
    next: 'Leave the version out, or choose another --image; then `rkube delete` and again.',
  });
}

function rejectWorker(site: Site): void {
  throw new RkubeError({
    id: 'node-is-member',
    message: `Node ${site.config.node} is a worker of a cluster already`,
    next: 'Leave that cluster first: `rkube delete`, then `rkube init`.',
  });
}
