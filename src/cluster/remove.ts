import { messageOf } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { kubeadmReset } from '../kubeadm/verbs.ts';
import { removeNode, stopNode } from '../node/lifecycle.ts';
import { noteDown } from '../node/notes.ts';
import { type NodeState, readState } from '../node/state.ts';
import { removeKubeconfig } from './kubeconfig.ts';
import { type Departed, departed, leave } from './leave.ts';
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

/** `rkube delete`: nothing of the node is left on this host. */
export async function remove(site: Site, steps: Steps, options: { force: boolean }): Promise<Departed> {
  const { run, host, node, names } = site;
  await lockNode(site);
  const container = await node.state();
  const before = container?.status === 'running' ? await knownState(run, node) : undefined;
  const leaving = before && (await leave(site, steps, before, options));
  if (leaving === 'unknown' && before !== undefined && before.controlPlanes.length > 1) {
    // Without etcd it has no API; kubeadm asks the other control planes that the node knows.
    await steps
      .step('Leave the cluster (kubeadm reset)', () => kubeadmReset(node))
      .catch((error: unknown) => report(run.reporter, 'warn', `Could not leave the cluster: ${messageOf(error)}`));
  }
  await steps.step('Remove node container, boot unit, volumes and network', () => removeNode(run, host, node, names));
  await removeKubeconfig(site);
  return departed(before, leaving);
}

/** A node that does not answer is removed all the same. */
async function knownState(run: Site['run'], node: Site['node']): Promise<NodeState | undefined> {
  return readState(node).catch((error: unknown) => {
    report(run.reporter, 'warn', `It is not known what the node was: ${messageOf(error)}`);
    return undefined;
  });
}
