import type { Status } from '../cluster/status.ts';
import { explanation } from '../explain/diagnose.ts';
import { table } from './table.ts';

/** A status for people. */
export function statusText(found: Status): string {
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
  const causes = explanation(found.causes ?? []);
  if (causes.length > 0) parts.push(causes.join('\n'));
  return parts.join('\n\n');
}
