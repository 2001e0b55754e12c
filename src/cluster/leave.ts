import { messageOf, RkubeError } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { kubeadmReset } from '../kubeadm/verbs.ts';
import { type NodeState, readState, writeState } from '../node/state.ts';
import { rejectStopped } from './enter.ts';
import { type Leaving, leaveEtcd } from './etcd.ts';
import { removeKubeconfig } from './kubeconfig.ts';
import { lockNode, type Site } from './site.ts';
import type { Steps } from './steps.ts';

/** `rkube reset`: the node leaves its cluster and is empty again; container and images stay. */
export async function reset(site: Site, steps: Steps): Promise<NodeState | undefined> {
  await lockNode(site);
  // Before anything runs in it: it may be somebody else's.
  const container = await site.node.state();
  if (container !== undefined && container.status !== 'running') await rejectStopped(site);
  const state = container === undefined ? undefined : await readState(site.node);
  if (state === undefined || state.phase === 'empty') {
    steps.skip('The node is a member of no cluster');
    return state;
  }
  const empty: NodeState = { ...state, phase: 'empty', endpoint: '', controlPlanes: [], kubernetesVersion: '' };
  const leftEtcd = (await leave(site, steps, state)) === 'left';
  await steps.step('Leave the cluster (kubeadm reset)', () => kubeadmReset(site.node, { leftEtcd }));
  await steps.step('Empty the node', () => writeState(site.node, empty));
  await removeKubeconfig(site);
  return state;
}

/**
 * Takes a control plane out of etcd, where the others would go on counting it; undefined for a node that is none. One
 * that cannot leave goes all the same, and it is said what is left to do.
 */
export async function leave(
  site: Site,
  steps: Steps,
  { phase, role }: NodeState,
): Promise<Leaving | 'failed' | undefined> {
  if (phase !== 'member' || role !== 'control-plane') return undefined;
  try {
    return await steps.step("Leave etcd's other members, where there are any", () => leaveEtcd(site));
  } catch (error) {
    if (site.run.lifetime.interrupted) throw error;
    const next = error instanceof RkubeError && error.next !== undefined ? `. ${error.next}` : '';
    report(site.run.reporter, 'warn', `Could not leave etcd: ${messageOf(error)}${next}`);
    return 'failed';
  }
}
