import type { AgentStatus } from '../agent/control.ts';
import { table } from './table.ts';

/** The agent's status for people. */
export function agentText(status: AgentStatus | undefined): string {
  if (status === undefined) return 'No agent runs: there are no live ports.';
  const { pid, since, memory, version, nodes, lastProblem } = status;
  const facts = [
    ['agent', `process ${pid}, rkube ${version}`],
    ['since', `${since.slice(0, 19)}Z`],
    ['memory', `${(memory / 2 ** 20).toFixed(0)} MiB`],
    ...(lastProblem === undefined ? [] : [['last problem', `${lastProblem.ts.slice(0, 19)}Z ${lastProblem.msg}`]]),
  ];
  const rows = nodes.map((each) => [
    each.node,
    each.cluster,
    each.engine,
    each.forwarder,
    String(each.open),
    String(each.refused),
    each.problem,
  ]);
  const parts = [facts.map(([name = '', value]) => `${name.padEnd(12)} ${value}`).join('\n')];
  if (rows.length > 0) parts.push(table(['NODE', 'CLUSTER', 'ENGINE', 'BY', 'OPEN', 'REFUSED', ''], rows));
  return parts.join('\n\n');
}
