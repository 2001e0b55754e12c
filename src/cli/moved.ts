import type { SyncResult } from '../cluster/move/sync.ts';
import type { Invocation } from './invocation.ts';

/** What is to be done on the other hosts, when the node has followed its host. */
export function tellMoved(invocation: Invocation, { node, address, from, tell, controlPlanes }: SyncResult): void {
  if (from === undefined) return;
  invocation.next('', `Node ${node} moved from ${from} to ${address}.`);
  if (tell.length === 0) return;
  const line = `  rkube sync ${controlPlanes.map((each) => `--control-plane ${each}`).join(' ')}`;
  const others = `${tell.join(', ')} ${tell.length === 1 ? 'asks' : 'ask'} it at ${from} still`;
  // Of several control planes those that have not moved tell it.
  if (controlPlanes.length > 1)
    invocation.next(
      `${others}, and ${tell.length === 1 ? 'hears' : 'hear'} of it within a minute or two where an agent runs; where none runs:`,
      line,
    );
  else invocation.next(`${others}. On each of these hosts:`, line);
}
