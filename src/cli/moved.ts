import type { SyncResult } from '../cluster/move/sync.ts';
import type { Status } from '../cluster/status.ts';
import type { Invocation } from './invocation.ts';

/** What is to be done on the other hosts, when the node has followed its host. */
export function tellMoved(invocation: Invocation, { node, address, from, tell, controlPlanes }: SyncResult): void {
  if (from === undefined) return;
  invocation.next('', `Node ${node} moved from ${from} to ${address}.`);
  if (tell.length === 0) return;
  const line = lineFor(controlPlanes);
  const others = `${tell.join(', ')} ${tell.length === 1 ? 'asks' : 'ask'} it at ${from} still`;
  // Of several control planes those that have not moved tell it.
  if (controlPlanes.length > 1)
    invocation.next(`${others}. Workers with an agent hear of it within minutes; on each of the other hosts:`, line);
  else invocation.next(`${others}. On each of these hosts:`, line);
}

/** Nodes that may be lost because they ask a control plane where it was: what an agent did is told to nobody at a terminal. */
export function tellUnready(invocation: Invocation, { node, nodes = [] }: Status): void {
  const lost = nodes.filter(({ name, ready }) => name !== node && !ready).map(({ name }) => name);
  if (lost.length === 0) return;
  const planes = nodes.filter(({ role }) => role === 'control-plane').map(({ address }) => address);
  invocation.next(
    `${lost.join(', ')}: \`rkube status\` on the host tells more. If a control plane has another address since, there:`,
    lineFor(planes),
  );
}

const lineFor = (planes: readonly string[]): string =>
  `  rkube sync ${planes.map((each) => `--control-plane ${each}`).join(' ')}`;
