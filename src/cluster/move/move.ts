import type { Role } from '../../config/types.ts';
import { RkubeError, usageError } from '../../core/errors.ts';
import { shipped } from '../../core/package.ts';
import { explainFailure } from '../../explain/diagnose.ts';
import { KUBECONFIG } from '../../kube/kubectl.ts';
import { waitForAddress, waitForDns } from '../../kube/ready.ts';
import { startNode, waitBooted } from '../../node/lifecycle.ts';
import { LABEL } from '../../node/names.ts';
import { publishedPorts } from '../../node/spec.ts';
import { markState, type NodeState, readState, writeState } from '../../node/state.ts';
import { checkHost } from '../check-host.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import { waitForPodNetwork } from '../pod-network.ts';
import type { Site } from '../site.ts';
import type { Steps } from '../steps.ts';
import { currentState } from '../up.ts';
import { findContainer, forgetKeeper, replaceContainer, roleOf } from './container.ts';
import { reissueCertificates, updateEtcdMember, updateKubeadmConfig } from './control-plane.ts';
import { otherNodes, planesKnown } from './others.ts';

export interface MoveResult {
  /** undefined where the node had its address already. */
  readonly from: string | undefined;
  readonly state: NodeState;
}

/**
 * Lets the node have the address that `site` says (movedSettings), whatever has become of it before: its container is
 * made anew from its volumes, then what names the address in it is changed. Does nothing where all is so already. A run
 * after a crash at any point finishes what is missing.
 * @param controlPlanes where the control planes are now, when they have moved too; else empty
 */
export async function move(
  site: Site,
  steps: Steps,
  options: { readonly controlPlanes: readonly string[]; readonly ignore: readonly string[] },
): Promise<MoveResult> {
  const { run, host, node, names, config } = site;
  const found = await findContainer(site);
  if (found === undefined) rejectNoNode(site);
  const created = (JSON.parse(found.labels[LABEL.config] ?? '{}') as { address?: string }).address;
  const runs = found.status === 'running';
  const known = runs ? await readState(node) : undefined;
  const moves = created !== config.address || found.name !== names.container;
  if (moves) {
    await rejectOthersAddress(site, known);
    await steps.step('Check this host', () => checkHost(site, newPorts(site, roleOf(found)), options.ignore));
    if (known?.phase === 'member') await steps.step('Hold the kubelet', () => readdress(site, 'hold'));
    await steps.step(`Make node container ${node.name} anew at ${config.address}`, () => replaceContainer(site, found));
  }
  // Created and never started: an earlier run ended there. One that was stopped since is to stay so.
  else if (found.status === 'stopped') rejectStopped(site);
  if (moves || !runs) await steps.step('Start node container', () => startNode(run, host, node, names));
  steps.explain((error) => explainFailure(node, error));
  await steps.step('Wait until the node has booted', () => waitBooted(run, node));
  const state = await currentState(site, roleOf(found), roleOf(found));
  if (state.phase !== 'member') {
    if (moves) await steps.step('Prepare the node', () => writeState(node, state));
    return { from: moves ? created : undefined, state };
  }
  if (state.movedFrom === undefined) {
    steps.skip(`Node ${config.node} has ${config.address} already`);
    return { from: undefined, state };
  }
  return { from: state.movedFrom, state: await finish(site, steps, state, options.controlPlanes) };
}

/** From a container that is as it should be to a node that is. */
async function finish(
  site: Site,
  steps: Steps,
  before: NodeState,
  controlPlanes: readonly string[],
): Promise<NodeState> {
  const { run, node, config } = site;
  const { movedFrom = '', ...rest } = before;
  const leads = rest.role === 'control-plane';
  const known = controlPlanes.length > 0 ? controlPlanes : rest.controlPlanes;
  const planes = leads ? known.filter((each) => each !== movedFrom) : known;
  const moved = { ...rest, controlPlanes: planesKnown(site, rest, planes) };
  await steps.step('Change the address in the files of the node', async () => {
    await forgetKeeper(site);
    await readdress(site, config.address);
    if (leads) await reissueCertificates(site, [movedFrom], moved.kubernetesVersion);
  });
  await steps.step('Prepare the node', () => writeState(node, { ...moved, movedFrom }));
  await steps.step('Start the kubelet', () =>
    node.run(['systemctl', 'start', 'kubelet.service'], { doing: 'Starting the kubelet', effect: 'write' }),
  );
  if (leads) {
    await steps.step('Tell etcd and kubeadm of the address', async () => {
      await updateEtcdMember(site);
      await updateKubeadmConfig(site, [movedFrom]);
    });
  }
  const kubeconfig = leads ? KUBECONFIG.admin : KUBECONFIG.kubelet;
  await steps.step(`Wait until the node is Ready at ${config.address}`, () =>
    waitForAddress(run, node, config.node, config.address, kubeconfig),
  );
  if (!leads) {
    await steps.step('Wait until the control plane answers through the pod network', () =>
      waitForPodNetwork(site, moved.controlPlanes, config.ports.apiserver),
    );
  } else {
    if ((await otherNodes(site)).length === 0)
      await steps.step('Wait until cluster DNS answers', () => waitForDns(run, node, config.serviceSubnet));
    await steps.step('Write the kubeconfig', () => writeKubeconfig(site));
  }
  await markState(node, moved);
  return moved;
}

/** By standard input: nodes that an earlier rkube made have it too. */
async function readdress({ node }: Site, what: string): Promise<void> {
  await node.run(['bash', '-s', what], {
    doing: 'Changing the address in the files of the node',
    stdin: shipped('compose', 'readdress'),
    effect: 'write',
  });
}

/** Ports that the old container does not hold: what is on every address, or on loopback, is its own still. */
function newPorts({ config, engine }: Site, role: Role) {
  return publishedPorts(config, role, engine.info.features).filter(({ address }) => address === config.address);
}

function rejectNoNode({ config }: Site): never {
  throw new RkubeError({
    id: 'no-node',
    message: `Node ${config.node} of cluster ${config.cluster} does not exist on this host: nothing to move`,
    next: '`rkube init` or `rkube join` makes it.',
  });
}

function rejectStopped({ config }: Site): never {
  throw new RkubeError({
    id: 'node-not-running',
    message: `Node ${config.node} of cluster ${config.cluster} is stopped, and has ${config.address} as this host has`,
    next: '`rkube up` starts it.',
  });
}

/** Not seen working yet: the members that are left must agree to the new address of the third. */
function rejectEtcdPeers({ config }: Site, peers: readonly string[]): never {
  throw new RkubeError({
    id: 'etcd-peers',
    message: `Node ${config.node} is a control plane beside ${peers.join(', ')}: one with etcd peers cannot be moved yet`,
    next: 'Take it out and let it join again: `rkube delete`, then a ticket of `rkube join-command --control-plane` from another control plane.',
  });
}

/** As far as this node can tell. */
async function rejectOthersAddress(site: Site, known: NodeState | undefined): Promise<void> {
  const { config } = site;
  if (known?.phase !== 'member') return;
  const nodes = await otherNodes(site);
  const peers = nodes.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
  if (known.role === 'control-plane' && peers.length > 0) rejectEtcdPeers(site, peers);
  const holder = nodes.find(({ address }) => address === config.address)?.name;
  const planes = known.controlPlanes.filter((address) => address !== known.address);
  if (holder === undefined && !planes.includes(config.address)) return;
  throw usageError({
    id: 'address-taken',
    message: `Address ${config.address} is that of ${holder === undefined ? 'a control plane' : `node ${holder}`} of cluster ${config.cluster}`,
    next: 'Take another address of this host: `rkube sync --address ADDRESS`.',
  });
}
