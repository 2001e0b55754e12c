import type { Departed } from '../cluster/leave.ts';
import type { Invocation } from './invocation.ts';

/** What is to be done on the nodes that stay, where there are any. */
export function tellDeparted(invocation: Invocation, node: string, { before, left }: Departed): void {
  invocation.next('');
  if (!left) return;
  const where = before?.role === 'worker' ? 'a control plane' : 'another control plane';
  invocation.next(`On ${where}: \`rkube kubectl delete node ${node}\`.`);
}
