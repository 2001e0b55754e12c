import type { Status } from '../../cluster/status.ts';
import { table } from '../table.ts';
import type { Verb } from '../verb.ts';

export const status: Verb = {
  name: 'status',
  summary: 'show this node and its cluster',
  examples: [
    ['rkube status', 'node, nodes of the cluster, pods that are not well'],
    ['rkube status --json', 'the same for programs'],
  ],
  settings: 'node',
  data: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { status } = await import('../../cluster/status.ts');
    const found = await status(await openSite(invocation));
    invocation.answer(found, () => text(found));
    if (found.container === 'absent')
      invocation.next('', 'Next: `rkube init` makes a cluster here, `rkube join` joins one.');
    if (found.container === 'stopped') invocation.next('', 'Next: `rkube up` starts it.');
    if (found.problem !== '') invocation.exitCode = 1;
  },
};

function text(found: Status): string {
  const facts = [
    ['cluster', found.cluster],
    ['node', `${found.node} (${found.address}), ${found.role}, ${found.phase}`],
    ['engine', found.engine],
    ['container', found.container === 'absent' ? 'absent' : `${found.container}, ${found.image}`],
    ...(found.problem === '' ? [] : [['problem', found.problem]]),
  ];
  const parts = [facts.map(([name = '', value]) => `${name.padEnd(10)} ${value}`).join('\n')];
  if (found.nodes) {
    const rows = found.nodes.map((row) => [
      row.name,
      row.ready ? 'Ready' : 'NotReady',
      row.role,
      row.address,
      row.version,
      row.message,
    ]);
    parts.push(table(['NODE', 'STATUS', 'ROLE', 'ADDRESS', 'VERSION', ''], rows));
  }
  if (found.ailingPods) {
    const rows = found.ailingPods.map((row) => [row.namespace, row.name, row.node, row.state, String(row.restarts)]);
    parts.push(
      rows.length === 0 ? 'All pods are well.' : table(['NAMESPACE', 'POD', 'NODE', 'STATE', 'RESTARTS'], rows),
    );
  }
  return parts.join('\n\n');
}
