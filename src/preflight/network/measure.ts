import type { CommandRunner, CommandSpec } from '../../core/command.ts';
import { messageOf } from '../../core/errors.ts';
import type { Lifetime } from '../../core/lifetime.ts';
import { done, notYet, waitFor } from '../../core/wait.ts';
import type { NetworkDriver } from '../../engine/network/types.ts';
import type { Host } from '../../host/types.ts';
import { type Carriers, carriers, secondsBetween } from './cpu.ts';
import type { Peer } from './peer.ts';
import { Probe, program, type Seen, type Sent } from './probe.ts';
import type { Measurement, Rate, Source } from './types.ts';

/** Seconds a measurement lasts. */
const SECONDS = 1;
/** Milliseconds until a published port must be open; pasta looks once a second what is listened on. */
const OPEN_LIMIT = 6_000;

/** Where and with what is measured. */
export interface Ground {
  readonly host: Host;
  readonly runner: CommandRunner;
  readonly lifetime: Lifetime;
  /** Of this host, which the ports are published on. */
  readonly address: string;
  /** Bytes of a packet between hosts. */
  readonly hostMtu: number;
  readonly env: NonNullable<CommandSpec['env']>;
  /** Listens on this host, outside all namespaces. */
  readonly outside: Probe;
  readonly outsidePort: number;
  /** Free on this host: for traffic, and for VXLAN. */
  readonly ports: readonly [number, number];
  readonly peer: Peer | undefined;
}

type Figures = { -readonly [K in 'uplink' | 'published' | 'vxlan' | 'source']?: Measurement[K] };

/** Figures of one driver. What fails is said in `problem`, beside the figures that there are. */
export async function measure(ground: Ground, driver: NetworkDriver, inUse: boolean): Promise<Measurement> {
  const { network, ports, mtu, hostAddress, problem } = driver;
  const figures: Figures = {};
  const known = { network, ports, mtu, hostAddress, inUse };
  if (problem !== '') return { ...known, problem };
  try {
    await withProbe(ground, driver, (inside, before) => collect(ground, driver, inside, before, figures));
    return { ...known, problem: '', ...figures };
  } catch (error) {
    if (ground.lifetime.interrupted) throw error;
    return { ...known, problem: messageOf(error), ...figures };
  }
}

async function withProbe(
  ground: Ground,
  driver: NetworkDriver,
  body: (inside: Probe, before: Carriers) => Promise<void>,
): Promise<void> {
  const { host, runner, lifetime, address, ports, env } = ground;
  const before = await carriers(host);
  const node = process.execPath;
  const argv = program(node);
  const folders = node.startsWith('/usr/') ? [] : [node.slice(0, node.lastIndexOf('/'))];
  const inside = await Probe.start(runner, lifetime, { ...driver.inside({ argv, folders, address, ports }), env });
  try {
    await body(inside, before);
  } finally {
    await inside.end();
  }
}

async function collect(
  ground: Ground,
  driver: NetworkDriver,
  inside: Probe,
  before: Carriers,
  figures: Figures,
): Promise<void> {
  const { host, address, outside, ports, peer } = ground;
  const [port] = ports;
  const published = { host: address, port };
  const timed = async (flow: () => Promise<Sent>): Promise<Rate> => {
    const start = await carriers(host);
    const sent = await flow();
    return rate(sent, secondsBetween(start, await carriers(host), before));
  };
  await inside.listen({ host: '0.0.0.0', port });
  figures.uplink = await timed(() => inside.send({ host: driver.host(address), port: ground.outsidePort }, SECONDS));
  await opened(ground, published);
  let tcp: Seen | undefined;
  figures.published = await timed(async () => {
    const sent = await outside.send(published, SECONDS);
    tcp = sent;
    return sent;
  });
  // Another host is a better witness: drivers treat the host's own address in ways of their own.
  const witness = peer?.probe ?? outside;
  if (peer !== undefined) tcp = await peer.probe.send(published, 0);
  const udp = await witness.ask(published);
  figures.source = { tcp: source(tcp, inside.addresses), udp: source(udp, inside.addresses) };
  if (peer !== undefined) figures.vxlan = await timed(() => peer.vxlan(ground, driver, inside, SECONDS));
}

async function opened({ outside, lifetime }: Ground, end: { host: string; port: number }): Promise<void> {
  await waitFor(
    {
      describe: `the published port ${end.host}:${end.port}`,
      probe: async () => {
        try {
          return done(await outside.send(end, 0));
        } catch (error) {
          return notYet(messageOf(error));
        }
      },
      deadlineMs: OPEN_LIMIT,
      intervalMs: 100,
    },
    lifetime,
  );
}

/** @param cpuSeconds what the driver's programs took meanwhile */
export function rate({ bytes, seconds, parts }: Sent, cpuSeconds: number): Rate {
  const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + (part - mean) ** 2, 0) / parts.length;
  return {
    bitsPerSecond: Math.round((bytes / seconds) * 8),
    noise: Math.sqrt(variance) / mean,
    cpuSecondsPerGB: (cpuSeconds / bytes) * 1e9,
  };
}

/** A namespace that has the sender's own address can never see it on a packet from outside. */
export function source(seen: Seen | undefined, own: readonly string[]): Source {
  if (seen === undefined) return 'unknown';
  if (own.includes(seen.local)) return 'unknown';
  return seen.from === seen.local ? 'kept' : 'lost';
}
