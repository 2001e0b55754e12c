import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../core/errors.ts';
import { report } from '../../core/reporter.ts';
import type { Run } from '../../core/run.ts';
import { NETWORKS } from '../../engine/network/index.ts';
import type { NetworkDriver } from '../../engine/network/types.ts';
import type { EngineInfo } from '../../engine/types.ts';
import { lock } from '../../host/lock.ts';
import { hostMtu } from '../../host/mtu.ts';
import type { Host } from '../../host/types.ts';
import { type Ground, measure } from './measure.ts';
import { openPeer, type Peer } from './peer.ts';
import { Probe, program } from './probe.ts';
import { type Measurement, nameOf } from './types.ts';

/** What is measured, and with whom. */
export interface Wish {
  /** Of this host. */
  readonly address: string;
  /** Only this driver; '' for all. */
  readonly driver: string;
  /** A second host, as ssh knows it; '' for none. */
  readonly peer: string;
}

/** Drivers of the engine, those that are wished for. @throws RkubeError `unknown-driver` */
export async function wishedDrivers(
  host: Host,
  engine: EngineInfo,
  { driver }: Wish,
): Promise<readonly NetworkDriver[]> {
  const all = await NETWORKS[engine.kind].drivers(host);
  const wished = all.filter((each) => driver === '' || nameOf(each) === driver);
  if (wished.length > 0) return wished;
  throw usageError({
    id: 'unknown-driver',
    message: `Unknown driver "${driver}": ${engine.kind} has ${all.map(nameOf).join(', ')}`,
    next: 'Name one of them with --driver, or leave it out to measure all.',
  });
}

/** Measures one driver after the other. The engine and what it runs are left alone. */
export async function measureAll(
  run: Run,
  host: Host,
  engine: EngineInfo,
  drivers: readonly NetworkDriver[],
  wish: Wish,
): Promise<readonly Measurement[]> {
  // Two at once would measure each other; and what a killed one left has a name that is known.
  await lock(host.uid, 'the network');
  const folder = join(host.env['XDG_RUNTIME_DIR'] || '/tmp', `rkube-network-${host.uid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const ends: Probe[] = [];
  try {
    const ground = await prepare(run, host, engine, wish, folder, ends);
    const measurements: Measurement[] = [];
    for (const driver of drivers) {
      measurements.push(await shown(run, driver, () => measure(ground, driver, inUse(engine, driver))));
    }
    return measurements;
  } finally {
    await Promise.all(ends.map((end) => end.end()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function shown(run: Run, driver: NetworkDriver, body: () => Promise<Measurement>): Promise<Measurement> {
  if (driver.problem !== '') return body();
  const step = `Measure ${nameOf(driver)}`;
  const started = performance.now();
  report(run.reporter, 'start', step, step);
  const measurement = await body();
  const { problem } = measurement;
  const msg = problem === '' ? step : `${step}: ${problem}`;
  report(run.reporter, problem === '' ? 'ok' : 'warn', msg, step, (performance.now() - started) / 1000);
  return measurement;
}

/** The ends outside of all namespaces, put into `ends` as they start. */
async function prepare(
  run: Run,
  host: Host,
  engine: EngineInfo,
  { address, peer: name }: Wish,
  folder: string,
  ends: Probe[],
): Promise<Ground> {
  const { runner } = host;
  const { lifetime } = run;
  const env = { ...(await NETWORKS[engine.kind].environment(host)), TMPDIR: folder };
  const outside = await Probe.start(runner, lifetime, { ...command(program(process.execPath)) });
  ends.push(outside);
  const outsidePort = await outside.listen({ host: address, port: 0 });
  let peer: Peer | undefined;
  if (name !== '') {
    peer = await openPeer(runner, lifetime, name, { host: address, port: outsidePort });
    ends.push(peer.probe);
  }
  const ports = [await freePort(host, address), await freePort(host, address)] as const;
  const mtu = await hostMtu(host, address);
  return { host, runner, lifetime, address, hostMtu: mtu, env, outside, outsidePort, ports, peer };
}

const command = ([file = '', ...args]: readonly string[]): { file: string; args: string[] } => ({ file, args });

/** Below those that the kernel gives to connections, above those of Kubernetes' NodePorts' neighbours. */
async function freePort(host: Host, address: string): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const taken = await Promise.all((['tcp', 'udp'] as const).map((each) => host.tryListen(address, port, each)));
    if (taken.every((code) => code === '')) return port;
  }
  throw new Error(`no free port from 20000 to 30000 on ${address}`);
}

/** Engines tell their drivers, older ones not; a port driver that is part of the network driver may go without a name. */
export const inUse = (engine: EngineInfo, driver: NetworkDriver): boolean =>
  engine.networkDriver === driver.network && ['', driver.ports].includes(engine.portDriver);
