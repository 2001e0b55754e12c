import { KUBECONFIG, kubectlArgv } from '../../kube/kubectl.ts';
import { type KubeList, type NodeRow, nodeRows } from '../../kube/rows.ts';
import type { NodeState } from '../../node/state.ts';
import type { Site } from '../site.ts';

/** The cluster's other nodes, with their addresses. Workers may not ask, and an API that is down tells none: then empty. */
export async function otherNodes({ node, config }: Site): Promise<readonly NodeRow[]> {
  const argv = kubectlArgv(KUBECONFIG.admin, ['get', 'nodes', '-o', 'json', '--request-timeout=10s']);
  const { exitCode, stdout } = await node.try(argv, { effect: 'read', timeoutMs: 30_000 });
  if (exitCode !== 0 || stdout === '') return [];
  const { items } = JSON.parse(stdout) as KubeList;
  return nodeRows(items).filter(({ name }) => name !== config.node);
}

/** The control planes as a node is to know them: one of them asks itself first. */
export function planesKnown({ config }: Site, { role }: NodeState, addresses: readonly string[]): readonly string[] {
  return [...new Set([...(role === 'control-plane' ? [config.address] : []), ...addresses])];
}
