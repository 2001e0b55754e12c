import type { Forwarder, HostPort } from '../types.ts';
import { listen } from './listen.ts';
import { inTurn, keyOf, same } from './port.ts';
import { type RelayProcess, startRelay } from './relay/start.ts';

/**
 * Ports that this process opens on the host and a process of ours carries into the node (relay/main.ts). It is started
 * with the first port and ended with the last; it ends when this process ends, and when the node ends.
 * @param pid of the node's first process
 * @param onLost called when open ports have gone by themselves
 */
export function relay(pid: number, onLost: () => void): Forwarder {
  const turn = inTurn();
  const ports = new Map<string, HostPort>();
  let running: RelayProcess | undefined;

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
    ports.clear();
    await running?.end();
    running = undefined;
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
          if (ports.size === 0) await end();
        }
      }),
    close: (port) =>
      turn(async () => {
        if (!ports.has(keyOf(port))) return;
        if (ports.size === 1) await end();
        else await shut(keyOf(port));
      }),
    list: async () => [...ports.values()],
    end: () => turn(end),
  };
}
