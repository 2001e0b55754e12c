import { RkubeError, usageError } from '../../core/errors.ts';
import { KUBECONFIG } from '../../kube/kubectl.ts';
import { waitForNode } from '../../kube/ready.ts';
import { type NodeState, writeState } from '../../node/state.ts';
import { waitForPodNetwork } from '../pod-network.ts';
import type { Site } from '../site.ts';
import type { Steps } from '../steps.ts';
import { planesKnown } from './others.ts';

/**
 * The control planes are at these addresses from now on, for this node: one that moved cannot tell the others, which
 * ask for it where it was. What looks the name of the API up once, when it starts, starts anew.
 */
export async function follow(
  site: Site,
  steps: Steps,
  state: NodeState,
  controlPlanes: readonly string[],
): Promise<NodeState> {
  const { run, node, config } = site;
  if (state.phase !== 'member') rejectNotMember(site, state);
  const known = planesKnown(site, state, controlPlanes);
  const followed = { ...state, controlPlanes: known };
  if (known.join() === state.controlPlanes.join()) steps.skip(`Node ${config.node} knows ${known.join(', ')} already`);
  await steps.step('Ask the control planes', () => rejectSilent(site, state, controlPlanes));
  // One that joined: what runs goes on with those it knows, and restarting all nodes would come just when etcd is busiest.
  const more = known.length > state.controlPlanes.length && state.controlPlanes.every((each) => known.includes(each));
  if (more) {
    await steps.step('Note where they are', () => writeState(node, followed));
    return followed;
  }
  await steps.step('Note where they are', async () => {
    await writeState(node, followed);
    // They have the node's /etc/hosts as it was when they started. The kubelet starts their containers again.
    await node.try(['pkill', '-x', 'kube-proxy|flanneld'], { effect: 'write' });
    await node.run(['systemctl', 'restart', 'kubelet.service'], { doing: 'Starting the kubelet', effect: 'write' });
  });
  await steps.step('Wait until the node is Ready', () => waitForNode(run, node, config.node, KUBECONFIG.kubelet));
  await steps.step('Wait until a control plane answers through the pod network', () =>
    waitForPodNetwork(site, known, config.ports.apiserver),
  );
  return followed;
}

/** @throws RkubeError when none of them proves itself by the cluster's CA */
async function rejectSilent(
  { node, config }: Site,
  { endpoint }: NodeState,
  controlPlanes: readonly string[],
): Promise<void> {
  const seen: string[] = [];
  for (const address of controlPlanes) {
    const end = `${endpoint}:${config.ports.apiserver}`;
    const proof = ['--cacert', '/etc/kubernetes/pki/ca.crt', '--resolve', `${end}:${address}`];
    const argv = ['curl', '--silent', '--show-error', '--max-time', '10', ...proof, `https://${end}/version`];
    const { exitCode, stderr } = await node.try(argv, { effect: 'read', dry: '' });
    if (exitCode === 0) return;
    seen.push(`${address}:${config.ports.apiserver}: ${stderr.trim() || `curl ended with ${exitCode}`}`);
  }
  throw new RkubeError({
    id: 'no-control-plane',
    message: `No control plane of cluster ${config.cluster} answers at ${controlPlanes.join(' or ')}`,
    details: seen,
    next: 'On the control-plane host, `rkube status` tells its address; nothing was changed here.',
  });
}

function rejectNotMember({ config }: Site, { phase }: NodeState): never {
  throw usageError({
    id: 'not-a-member',
    message: `Node ${config.node} is a member of no cluster (phase "${phase}"): it has no control plane to follow`,
    next: '`rkube join` makes it a member.',
  });
}
