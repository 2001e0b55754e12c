import type { Role } from '../config/types.ts';
import { RkubeError } from '../core/errors.ts';
import { KUBECONFIG } from '../kube/kubectl.ts';
import { waitForNode } from '../kube/ready.ts';
import type { Ticket } from '../kubeadm/ticket.ts';
import { kubeadmJoin, kubeadmReset, nodeVersion } from '../kubeadm/verbs.ts';
import type { NodeContainer } from '../node/container.ts';
import { type NodeState, writeState } from '../node/state.ts';
import { ok, problem } from '../preflight/finding.ts';
import { peerReport } from '../preflight/peer/checks.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { tryPaths } from './paths.ts';
import { waitForPodNetwork } from './pod-network.ts';
import { reachControlPlane, rejectProblems } from './reach.ts';
import type { Site } from './site.ts';
import { type Steps } from './steps.ts';
import { bringUp, prepare, type UpOptions } from './up.ts';

export interface JoinResult {
  readonly already: boolean;
  readonly role: Role;
}

/** `rkube join`: this host's node becomes a member of the ticket's cluster, and Ready. Safe to repeat. */
export async function join(
  site: Site,
  steps: Steps,
  ticket: Ticket,
  options: Omit<UpOptions, 'role'>,
): Promise<JoinResult> {
  const { run, node, config } = site;
  const role: Role = ticket.certificateKey === undefined ? 'worker' : 'control-plane';
  const { ignore } = options;
  const answering = await steps.step('Reach the control plane', () => reachControlPlane(site, ticket, role, ignore));
  const { state: noted, created } = await bringUp(site, steps, { ...options, role });
  const state = await asFound(node, noted);
  if (state.phase === 'member') {
    rejectOtherCluster(site, state, ticket);
    steps.skip(`Node ${config.node} is a member of cluster ${ticket.cluster} already`);
    await prepare(site, steps, state);
  } else {
    const { endpoint, kubernetesVersion } = ticket;
    let member: NodeState = {
      ...state,
      phase: 'member',
      endpoint,
      kubernetesVersion,
      controlPlanes: knownTo(site, ticket, role),
    };
    // A new worker's container is removed, and that is all. A control plane must leave etcd first: a member that
    // is counted but gone would take the quorum from the others.
    if (!created || role === 'control-plane') steps.undo('Take kubeadm join back', () => kubeadmReset(node));
    // While it joins, the node must ask control planes that answer, not its own that does not run yet.
    await prepare(site, steps, { ...member, phase: 'joining', controlPlanes: ticket.controlPlanes });
    if (state.phase !== 'empty') await steps.step('Clear what an interrupted run left', () => kubeadmReset(node));
    await rejectOtherVersion(site, ticket, ignore);
    const pathMtu = await steps.step('Try the paths to the control plane, both ways', () =>
      tryPaths(site, ticket, role, answering, ignore),
    );
    if (pathMtu !== undefined) {
      member = { ...member, pathMtu };
      await prepare(site, steps, { ...member, phase: 'joining', controlPlanes: ticket.controlPlanes });
    }
    await steps.step('Join the cluster (kubeadm join)', () => kubeadmJoin(run, node, config, ticket));
    await writeState(node, member);
    steps.commit();
  }
  await steps.step('Wait until the node is Ready', () => waitForNode(run, node, config.node, KUBECONFIG.kubelet));
  await steps.step('Wait until the control plane answers through the pod network', () =>
    waitForPodNetwork(site, ticket.controlPlanes, ticket.port),
  );
  const is = state.phase === 'member' ? state.role : role;
  if (is === 'control-plane') await steps.step('Write the kubeconfig', () => writeKubeconfig(site));
  return { already: state.phase === 'member', role: is };
}

/**
 * How far the node has really come: a power failure can take our note and leave kubeadm's files, or the other way
 * round. What a control plane holds is never cleared on such a guess.
 */
async function asFound(node: NodeContainer, state: NodeState): Promise<NodeState> {
  if (state.role === 'control-plane' || state.phase === 'joining') return state;
  const [joined, leads] = await Promise.all([KUBECONFIG.kubelet, KUBECONFIG.admin].map((path) => node.readFile(path)));
  const member = state.phase === 'member';
  return leads === undefined && member !== (joined !== undefined) ? { ...state, phase: 'joining' } : state;
}

/** kubeadm joins nodes to a cluster of its own minor version. */
async function rejectOtherVersion(site: Site, ticket: Ticket, ignore: readonly string[]): Promise<void> {
  const has = await nodeVersion(site.node, ticket.kubernetesVersion);
  const minor = (version: string): string => version.split('.', 2).join('.');
  const finding =
    minor(has) === minor(ticket.kubernetesVersion)
      ? ok(`Kubernetes ${has}`)
      : problem(
          `the node image of ${site.config.node} holds Kubernetes ${has}, cluster ${ticket.cluster} runs ${ticket.kubernetesVersion}`,
          `Join with another image: leave --image out, or one of ${minor(ticket.kubernetesVersion)}`,
        );
  rejectProblems(site, ticket, ignore, [peerReport('peer-settings', finding)]);
}

/** A control plane asks itself first, then the others. */
function knownTo(site: Site, ticket: Ticket, role: Role): readonly string[] {
  const own = site.config.address;
  return role === 'control-plane'
    ? [own, ...ticket.controlPlanes.filter((address) => address !== own)]
    : ticket.controlPlanes;
}

function rejectOtherCluster(site: Site, state: NodeState, ticket: Ticket): void {
  const common = state.controlPlanes.some((address) => ticket.controlPlanes.includes(address));
  if (state.endpoint === ticket.endpoint && common) return;
  throw new RkubeError({
    id: 'node-is-member',
    message: `Node ${site.config.node} is a member of another cluster (${state.endpoint} at ${state.controlPlanes.join(', ')}) than the ticket's (${ticket.endpoint} at ${ticket.controlPlanes.join(', ')})`,
    next: 'Leave that cluster first: `rkube delete`, then join again.',
  });
}
