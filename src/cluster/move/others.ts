import { awaitCondition } from '../../core/run.ts';
import { done, notYet } from '../../core/wait.ts';
import { KUBECONFIG, kubectlArgv } from '../../kube/kubectl.ts';
import { type KubeList, type NodeRow, nodeRows } from '../../kube/rows.ts';
import type { NodeState } from '../../node/state.ts';
import type { Site } from '../site.ts';

/** An API that has just answered; seconds on a quiet host. */
const ANSWERS_MS = 120_000;

/** The cluster's other nodes, with their addresses; undefined on a worker, which may not ask, and while the API is down. */
export async function otherNodes({ node, config }: Site): Promise<readonly NodeRow[] | undefined> {
  const argv = kubectlArgv(KUBECONFIG.admin, ['get', 'nodes', '-o', 'json', '--request-timeout=10s']);
  const { exitCode, stdout } = await node.try(argv, { effect: 'read', timeoutMs: 30_000 });
  if (exitCode !== 0) return undefined;
  if (stdout === '') return [];
  const { items } = JSON.parse(stdout) as KubeList;
  return nodeRows(items).filter(({ name }) => name !== config.node);
}

/** The same on a control plane whose API answers, however busy it is. */
export function awaitOtherNodes(site: Site): Promise<readonly NodeRow[]> {
  return awaitCondition(
    site.run,
    {
      describe: "the API to tell the cluster's nodes",
      deadlineMs: ANSWERS_MS,
      next: '`rkube sync` goes on.',
      probe: async () => {
        const nodes = await otherNodes(site);
        return nodes === undefined ? notYet('no answer') : done(nodes);
      },
    },
    [],
  );
}

/** The control planes as a node is to know them: one of them asks itself first. */
export function planesKnown({ config }: Site, { role }: NodeState, addresses: readonly string[]): readonly string[] {
  return [...new Set([...(role === 'control-plane' ? [config.address] : []), ...addresses])];
}
