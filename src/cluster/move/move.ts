import type { Role } from '../../config/types.ts';
import { shipped } from '../../core/package.ts';
import { explainFailure } from '../../explain/diagnose.ts';
import { KUBECONFIG } from '../../kube/kubectl.ts';
import { waitForAddress, waitForDns } from '../../kube/ready.ts';
import { startNode, waitBooted } from '../../node/lifecycle.ts';
import { publishedPorts } from '../../node/spec.ts';
import { markState, type NodeState, writeState } from '../../node/state.ts';
import { checkHost } from '../check-host.ts';
import { updateEtcdMember } from '../etcd.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import { waitForPodNetwork } from '../pod-network.ts';
import type { Site } from '../site.ts';
import type { Steps } from '../steps.ts';
import { currentState, nodeImage } from '../up.ts';
import { type Found, findNode, replaceContainer } from './container.ts';
import { reissueCertificates, updateKubeadmConfig } from './control-plane.ts';
import { awaitOtherNodes, planesKnown } from './others.ts';
import { rejectHopeless, rejectNoNode, rejectNotRunning } from './refuse.ts';

export interface MoveResult {
  /** undefined where the node had its address already. */
  readonly from: string | undefined;
  readonly state: NodeState;
  /** Names of nodes that ask this control plane where it was. */
  readonly tell: readonly string[];
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
  const found = await findNode(site);
  if (found === undefined) rejectNoNode(site);
  const { container, made } = found;
  const { role } = made;
  const { address: before = '' } = made.settings;
  // A move that was held, and then the host had its old address again.
  const held = container === undefined && found.state?.movedFrom !== undefined;
  const moves = before !== config.address || held;
  if (moves) {
    await rejectHopeless(site, found.state);
    await steps.step('Check this host', () => checkHost(site, newPorts(site, role), options.ignore));
    if (container?.status === 'running') await hold(site, steps, found);
    const image = container?.image ?? (await nodeImage(site, steps));
    await steps.step(`Make node container ${node.name} anew at ${config.address}`, () =>
      replaceContainer(site, found, role, image),
    );
  } else if (container === undefined) rejectNotRunning(site, 'has lost its container');
  // Created and never started: an earlier run ended there. One that was stopped since is to stay so.
  else if (container.status === 'stopped') rejectNotRunning(site, 'is stopped');
  if (moves || container?.status !== 'running')
    await steps.step('Start node container', () => startNode(run, host, node, names));
  steps.explain((error) => explainFailure(node, error));
  await steps.step('Wait until the node has booted', () => waitBooted(run, node));
  const state = await currentState(site, role, role);
  if (state.phase !== 'member') {
    if (moves) await steps.step('Prepare the node', () => writeState(node, state));
    return { from: moves ? before : undefined, state, tell: [] };
  }
  if (state.movedFrom === undefined) {
    steps.skip(`Node ${config.node} has ${config.address} already`);
    return { from: undefined, state, tell: [] };
  }
  return { from: state.movedFrom, ...(await finish(site, steps, state, options.controlPlanes)) };
}

/** Notes what must not be lost with the container, and that files of kubeadm's are to be changed; then holds the kubelet. */
async function hold(site: Site, steps: Steps, { state, made }: Found): Promise<void> {
  if (state === undefined) return;
  const { node } = site;
  if (state.phase !== 'member') return markState(node, { ...state, made });
  await steps.step('Hold the kubelet', async () => {
    await markState(node, { ...state, made, movedFrom: state.movedFrom ?? state.address });
    await readdress(site, 'hold');
  });
}

/** From a container that is as it should be to a node that is. */
async function finish(
  site: Site,
  steps: Steps,
  before: NodeState,
  controlPlanes: readonly string[],
): Promise<Omit<MoveResult, 'from'>> {
  const { run, node, config } = site;
  const { movedFrom = '', ...rest } = before;
  const leads = rest.role === 'control-plane';
  const known = controlPlanes.length > 0 ? controlPlanes : rest.controlPlanes;
  const planes = leads ? known.filter((each) => each !== movedFrom) : known;
  const moved = { ...rest, controlPlanes: planesKnown(site, rest, planes) };
  await steps.step('Change the address in the files of the node', async () => {
    await readdress(site, config.address);
    if (leads) await reissueCertificates(site, [movedFrom], moved.kubernetesVersion);
  });
  await steps.step('Prepare the node', () => writeState(node, { ...moved, movedFrom }));
  await steps.step('Start the kubelet', () =>
    node.run(['systemctl', 'start', 'kubelet.service'], { doing: 'Starting the kubelet', effect: 'write' }),
  );
  if (leads) await steps.step('Tell etcd of the address', () => updateEtcdMember(site));
  const kubeconfig = leads ? KUBECONFIG.admin : KUBECONFIG.kubelet;
  await steps.step(`Wait until the node is Ready at ${config.address}`, () =>
    waitForAddress(run, node, config.node, config.address, kubeconfig),
  );
  if (!leads) {
    await steps.step('Wait until the control plane answers through the pod network', () =>
      waitForPodNetwork(site, moved.controlPlanes, config.ports.apiserver),
    );
    await markState(node, moved);
    return { state: moved, tell: [] };
  }
  await steps.step('Tell kubeadm of the address', () => updateKubeadmConfig(site, [movedFrom]));
  const others = await awaitOtherNodes(site);
  if (others.length === 0)
    await steps.step('Wait until cluster DNS answers', () => waitForDns(run, node, config.serviceSubnet));
  await steps.step('Write the kubeconfig', () => writeKubeconfig(site));
  // The first control plane was never told of those that joined later.
  const peers = others.filter(({ role }) => role === 'control-plane').map(({ address }) => address);
  const state = { ...moved, controlPlanes: planesKnown(site, rest, peers) };
  await writeState(node, state);
  return { state, tell: others.map(({ name }) => name) };
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
