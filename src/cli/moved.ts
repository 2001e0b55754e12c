import type { SyncResult } from '../cluster/move/sync.ts';
import type { Invocation } from './invocation.ts';

/** What is to be done on the other hosts, when the node has followed its host. */
export function tellMoved(invocation: Invocation, { node, address, from, tell, controlPlanes }: SyncResult): void {
  if (from === undefined) return;
  invocation.next('', `Node ${node} moved from ${from} to ${address}.`);
  if (tell.length === 0) return;
  invocation.next(
    `${tell.join(', ')} ${tell.length === 1 ? 'asks' : 'ask'} it at ${from} still. On each of these hosts:`,
    `  rkube sync ${controlPlanes.map((each) => `--control-plane ${each}`).join(' ')}`,
  );
}
