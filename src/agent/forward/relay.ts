import type { Forwarder, HostPort } from '../types.ts';
import { listen } from './listen.ts';
import { inTurn, keyOf, same } from './port.ts';
import { type RelayProcess, startRelay } from './relay/start.ts';

/**
 * How long the relay stays after its last port: whoever makes one Service makes another, and to start a process takes longer
 * than all else that a port needs. Milliseconds.
 */
const IDLE_MS = 600_000;

/**
 * Ports that this process opens on the host and a process of ours carries into the node (relay/main.ts). It is started
 * with the first port and ended some time after the last; it ends when this process ends, and when the node ends.
 * @param pid of the node's first process
 * @param onLost called when open ports have gone by themselves
 * @param idleMs milliseconds that it stays without ports
 */
export function relay(pid: number, onLost: () => void, idleMs = IDLE_MS): Forwarder {
  const turn = inTurn();
  const ports = new Map<string, HostPort>();
  let running: RelayProcess | undefined;
  let idle: NodeJS.Timeout | undefined;

  const lost = (): void => {
    const had = ports.size;
    ports.clear();
    if (had > 0) onLost();
  };
  const started = async (): Promise<RelayProcess> => {
    if (running?.running !== true) running = await startRelay(pid, lost);
    return running;
  };
  const end = async (): Promise<void> => {
    clearTimeout(idle);
    ports.clear();
    await running?.end();
    running = undefined;
  };
  const settle = (): void => {
    clearTimeout(idle);
    if (ports.size > 0 || running === undefined) return;
    idle = setTimeout(() => void turn(async () => (ports.size === 0 ? end() : undefined)), idleMs).unref();
  };
  const shut = async (key: string): Promise<void> => {
    ports.delete(key);
    if (running?.running === true) await running.ask({ do: 'close', key });
  };
  const open = async (port: HostPort): Promise<void> => {
    const key = keyOf(port);
    const had = ports.get(key);
    if (had !== undefined && same(had, port)) return;
    if (had !== undefined) await shut(key);
    // First, as datagrams that come before the port is handed over are lost.
    const process = await started();
    const listening = await listen(port);
    try {
      await process.ask({ do: 'open', key, port }, listening.socket);
    } finally {
      listening.close();
    }
    ports.set(key, port);
    for (const client of listening.early) await process.ask({ do: 'take', key }, client);
  };

  return {
    kind: 'relay',
    open: (port) =>
      turn(async () => {
        try {
          await open(port);
        } finally {
          settle();
        }
      }),
    close: (port) =>
      turn(async () => {
        if (!ports.has(keyOf(port))) return;
        await shut(keyOf(port));
        settle();
      }),
    list: async () => [...ports.values()],
    end: () => turn(end),
  };
}
