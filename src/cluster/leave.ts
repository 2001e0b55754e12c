import { messageOf, RkubeError } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { kubeadmReset } from '../kubeadm/verbs.ts';
import { type NodeState, readState, writeState } from '../node/state.ts';
import { rejectStopped } from './enter.ts';
import { type Leaving, leaveEtcd } from './etcd.ts';
import { removeKubeconfig } from './kubeconfig.ts';
import { lockNode, type Site } from './site.ts';
import type { Steps } from './steps.ts';

/** `failed`: it could not leave etcd; undefined: it has none, as far as known. */
type Parting = Leaving | 'failed' | undefined;

/** A node that is gone, or empty. */
export interface Departed {
  /** What the node was, as far as known. */
  readonly before: NodeState | undefined;
  /** There are other nodes, as far as known: it was a member of their cluster. */
  readonly left: boolean;
}

export const departed = (before: NodeState | undefined, leaving: Parting): Departed => ({
  before,
  left: before?.phase === 'member' && leaving !== 'alone',
});

/** `rkube reset`: the node leaves its cluster and is empty again; container and images stay. */
export async function reset(site: Site, steps: Steps, options: { force: boolean }): Promise<Departed> {
  await lockNode(site);
  // Before anything runs in it: it may be somebody else's.
  const container = await site.node.state();
  if (container !== undefined && container.status !== 'running') await rejectStopped(site);
  const state = container === undefined ? undefined : await readState(site.node);
  if (state === undefined || state.phase === 'empty') {
    steps.skip('The node is a member of no cluster');
    return departed(state, undefined);
  }
  const empty: NodeState = { ...state, phase: 'empty', endpoint: '', controlPlanes: [], kubernetesVersion: '' };
  const leaving = await leave(site, steps, state, options);
  const leftEtcd = leaving === 'left';
  await steps.step('Leave the cluster (kubeadm reset)', () => kubeadmReset(site.node, { leftEtcd }));
  await steps.step('Empty the node', () => writeState(site.node, empty));
  await removeKubeconfig(site);
  return departed(state, leaving);
}

/**
 * Takes a control plane out of etcd, where the others would go on counting it; undefined for a node that is none.
 * One that cannot even ask goes all the same, and so does, with `force`, one that the others do not let go; it is said
 * what is left to do.
 * @throws RkubeError `timeout` when the others do not let it go: without it they might be no majority
 */
export async function leave(
  site: Site,
  steps: Steps,
  { phase, role }: NodeState,
  options: { force: boolean },
): Promise<Parting> {
  if (phase !== 'member' || role !== 'control-plane') return undefined;
  try {
    return await steps.step("Leave etcd's other members, where there are any", () => leaveEtcd(site, options));
  } catch (error) {
    const refused = error instanceof RkubeError && error.id === 'timeout';
    if (site.run.lifetime.interrupted || (refused && !options.force)) throw error;
    const later = `docs/clusters.md tells how another control plane takes ${site.config.node} out of it.`;
    report(site.run.reporter, 'warn', `Could not leave etcd: ${messageOf(error)}. ${later}`);
    return 'failed';
  }
}
