import type { SyncResult } from '../cluster/move/sync.ts';
import type { Restoration, Restored } from '../cluster/restore.ts';
import type { SeenNode } from './seen.ts';

/** Runs this rkube with these arguments and parses the JSON that it prints. */
type Ask = <T>(args: readonly string[], signal: AbortSignal) => Promise<T>;

const DONE: Readonly<Record<Exclude<Restored, 'moved'>, string | undefined>> = {
  started: 'its container had ended: started again',
  restarted: 'its systemd did not answer: started again',
  created: 'its container or network was gone: made again, with its state and settings',
  running: 'it runs',
  down: undefined,
  gone: undefined,
};

/**
 * Mends a node by the verb that a user would type.
 * @param planes all control planes, where it does not know them; else empty
 * @returns what was done; undefined when the node is to stay as it is
 */
export async function mend(
  ask: Ask,
  { cluster, node, engine }: SeenNode,
  planes: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const which = ['--cluster', cluster, '--node', node, '--engine', engine, '--json', '--progress', 'plain'];
  const flags = planes.flatMap((each) => ['--control-plane', each]);
  if (flags.length > 0) {
    const { controlPlanes } = await ask<SyncResult>(['sync', ...flags, ...which], signal);
    return `knows the control planes at ${controlPlanes.join(', ')} now`;
  }
  const { restored, moved } = await ask<Restoration>(['up', '--restore', ...which], signal);
  if (restored !== 'moved' || moved === undefined) return restored === 'moved' ? undefined : DONE[restored];
  const { from, address, tell, controlPlanes } = moved;
  const line = `rkube sync ${controlPlanes.map((each) => `--control-plane ${each}`).join(' ')}`;
  const others = tell.length === 0 ? '' : `; on ${tell.join(', ')}, which ask it there still, run: ${line}`;
  return `moved with its host from ${from} to ${address}${others}`;
}
