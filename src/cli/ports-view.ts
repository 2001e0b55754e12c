import { askAgent } from '../agent/control.ts';
import type { PortRow } from '../agent/rows.ts';
import { socketPath } from '../host/agent-socket.ts';
import type { Invocation } from './invocation.ts';
import { table } from './table.ts';

/** `rkube ports`: what the agent has open and could not open. */
export async function listPorts(invocation: Invocation): Promise<void> {
  const answer = await askAgent(agentSocket(invocation), { do: 'ports' });
  const ports = (answer?.ports ?? []).filter((row) => isMeant(invocation, row));
  invocation.answer({ agent: answer !== undefined, ports }, () => portsText(ports));
  if (answer !== undefined) return;
  invocation.exitCode = 1;
  invocation.next('No agent runs, so no port follows Services. `rkube up` starts it; `rkube agent` runs it here.');
}

/** `rkube ports add`, `rkube ports rm`: kept on the node's volume, acted on by the agent at once. */
export async function changePorts(
  invocation: Invocation,
  change: 'add' | 'rm',
  specs: readonly string[],
): Promise<void> {
  const { changeManual } = await import('../agent/manual.ts');
  const { lockNode } = await import('../cluster/site.ts');
  const { rejectStopped } = await import('../cluster/enter.ts');
  const { openSite } = await import('./context.ts');
  const site = await openSite(invocation);
  await rejectStopped(site);
  await lockNode(site);
  await changeManual(site.node, change, specs);
  if (invocation.dryRun) return;
  const answer = await askAgent(agentSocket(invocation), { do: 'sync' });
  const { cluster, node } = site.config;
  const ports = (answer?.ports ?? []).filter(
    (row) => row.for === 'manual' && row.cluster === cluster && row.node === node,
  );
  invocation.answer({ agent: answer !== undefined, ports }, () => portsText(ports));
  if (answer === undefined) invocation.next('Noted. No agent runs: it will be done as soon as one does (`rkube up`).');
  if (ports.some(({ state }) => state === 'refused')) invocation.exitCode = 1;
}

const agentSocket = ({ process: { env } }: Invocation): string => socketPath({ env, uid: process.getuid?.() ?? 0 });

function isMeant({ flags }: Invocation, row: PortRow): boolean {
  const { cluster, node } = flags as { cluster?: string; node?: string };
  return (cluster === undefined || cluster === row.cluster) && (node === undefined || node === row.node);
}

function portsText(ports: readonly PortRow[]): string {
  if (ports.length === 0) return 'No ports.';
  return table(
    ['ADDRESS', 'PORT', 'TO', 'FOR', 'NODE', 'STATE', ''],
    ports.map((row) => [
      row.address,
      `${row.port}/${row.protocol}`,
      row.target,
      row.for,
      row.node,
      row.state,
      row.reason,
    ]),
  );
}
