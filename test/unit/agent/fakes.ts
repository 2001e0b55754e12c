import { keyOf } from '../../../src/agent/forward/port.ts';
import type { SeenNode } from '../../../src/agent/seen.ts';
import type { Forwarder, HostPort } from '../../../src/agent/types.ts';
import { RkubeError } from '../../../src/core/errors.ts';

/** A worker whose container runs. */
export const NODE: SeenNode = {
  cluster: 'lab',
  node: 'host1',
  engine: 'podman',
  container: 'rkube-lab-host1',
  role: 'worker',
  address: '192.0.2.7',
  listen: '192.0.2.7',
  runs: true,
  problem: '',
  published: [],
  manual: [],
};

/** Opens ports in memory. */
export class FakeForwarder implements Forwarder {
  readonly kind = 'relay';
  readonly ports = new Map<string, HostPort>();
  /** What happened, in order: `open tcp/…`, `close tcp/…`, `end`. */
  readonly log: string[] = [];
  /** Ports that something else holds, by number. */
  readonly taken = new Set<number>();
  /** Nothing answers. */
  broken = false;

  async open(port: HostPort): Promise<void> {
    this.log.push(`open ${keyOf(port)}`);
    if (this.taken.has(port.port)) throw new RkubeError({ id: 'port-taken', message: `Port ${port.port} is held` });
    this.ports.set(keyOf(port), port);
  }

  async close(port: HostPort): Promise<void> {
    this.log.push(`close ${keyOf(port)}`);
    this.ports.delete(keyOf(port));
  }

  async list(): Promise<readonly HostPort[]> {
    if (this.broken) throw new Error('no answer');
    return [...this.ports.values()];
  }

  async end(): Promise<void> {
    this.log.push('end');
    this.ports.clear();
  }
}

/** Asks until it is so. */
export async function until(what: () => boolean, ms = 5_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (what()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`not so within ${ms} ms: ${what.toString()}`);
}
