import { rm } from 'node:fs/promises';
import { messageOf } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { kubeconfigPath } from '../kube/kubeconfig.ts';
import { kubeadmReset } from '../kubeadm/verbs.ts';
import { removeNode, stopNode } from '../node/lifecycle.ts';
import { noteDown } from '../node/notes.ts';
import { type NodeState, readState, writeState } from '../node/state.ts';
import { rejectStopped } from './enter.ts';
import { lockNode, type Site } from './site.ts';
import type { Steps } from './steps.ts';

/** `rkube down`: the node stops; its state stays, and `rkube up` brings it back. */
export async function down(site: Site, steps: Steps): Promise<{ already: boolean }> {
  await lockNode(site);
  const before = await site.node.state();
  const already = before?.status !== 'running';
  if (already)
    steps.skip(before === undefined ? 'There is no node container' : 'The node container is stopped already');
  else await steps.step('Stop the node container', () => stopNode(site.host, site.node, site.names));
  await noteDown(site.run, site.engine, site.names.volumes.var);
  return { already };
}

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
  await steps.step('Leave the cluster (kubeadm reset)', () => kubeadmReset(site.node));
  await steps.step('Empty the node', () => writeState(site.node, empty));
  await removeKubeconfig(site);
  return state;
}

/** `rkube delete`: nothing of the node is left on this host. Returns what it was, as far as known. */
export async function remove(site: Site, steps: Steps): Promise<NodeState | undefined> {
  const { run, host, node, names } = site;
  await lockNode(site);
  const container = await node.state();
  const state = container?.status === 'running' ? await knownState(run, node) : undefined;
  if (state?.phase === 'member' && state.controlPlanes.length > 1 && state.role === 'control-plane') {
    // Without this the other control planes keep counting a dead etcd member.
    await steps
      .step('Leave the cluster (kubeadm reset)', () => kubeadmReset(node))
      .catch((error: unknown) => report(run.reporter, 'warn', `Could not leave the cluster: ${messageOf(error)}`));
  }
  await steps.step('Remove node container, boot unit, volumes and network', () => removeNode(run, host, node, names));
  await removeKubeconfig(site);
  return state;
}

/** A node that does not answer is removed all the same. */
async function knownState(run: Site['run'], node: Site['node']): Promise<NodeState | undefined> {
  return readState(node).catch((error: unknown) => {
    report(run.reporter, 'warn', `It is not known what the node was: ${messageOf(error)}`);
    return undefined;
  });
}

async function removeKubeconfig(site: Site): Promise<void> {
  const path = kubeconfigPath(site.host.home, site.config.cluster);
  if (site.run.dryRun) report(site.run.reporter, 'plan', `# removes ${path}`);
  else await rm(path, { force: true });
}
