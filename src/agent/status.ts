import { rkubeVersion } from '../core/package.ts';
import type { AgentStatus } from './control.ts';
import type { Journal } from './journal.ts';
import type { SeenNode } from './seen.ts';
import type { ServedNode } from './served.ts';

/** What `rkube agent status` shows. @param since ISO 8601 */
export function agentStatus(
  since: string,
  { problem }: Journal,
  nodes: readonly SeenNode[],
  servedOf: (seen: SeenNode) => ServedNode | undefined,
): AgentStatus {
  return {
    pid: process.pid,
    since,
    version: rkubeVersion(),
    memory: process.memoryUsage.rss(),
    nodes: nodes.map((seen) => nodeStatus(seen, servedOf(seen))),
    ...(problem === undefined ? {} : { lastProblem: problem }),
  };
}

function nodeStatus(seen: SeenNode, served: ServedNode | undefined): AgentStatus['nodes'][number] {
  const { cluster, node, engine } = seen;
  const rows = served?.rows ?? [];
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  const problem = served === undefined ? seen.problem || 'the node has ended' : served.problem;
  const counts = { open: count('open'), refused: count('refused') };
  return { cluster, node, engine, forwarder: served?.forwarder ?? '', ...counts, problem };
}
