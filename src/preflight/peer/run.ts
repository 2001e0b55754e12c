import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandRunner } from '../../core/command.ts';
import { interrupted, messageOf } from '../../core/errors.ts';
import type { Lifetime } from '../../core/lifetime.ts';
import { problem, skip } from '../finding.ts';
import { remote } from '../network/peer.ts';
import { Probe } from '../network/probe.ts';
import type { CheckReport } from '../types.ts';
import { ask, type Told } from './ask.ts';
import { peerReport } from './checks.ts';
import { type End, openPorts, tryVxlan, tryWay, type Way } from './ends.ts';
import type { Facts } from './facts.ts';
import { wayReports } from './ways.ts';

/** What was found of one peer. */
export type PeerResult = Pick<Told, 'peer' | 'reports'>;

/** An end here and one there. `index` tells the pairs of one end apart. */
interface Pair {
  readonly here: End;
  readonly there: End;
  readonly index: number;
}

/** Tries this host against each peer, side by side: facts first, then ports and datagrams, then VXLAN. */
export async function checkPeers(
  runner: CommandRunner,
  lifetime: Lifetime,
  here: Facts,
  peers: readonly string[],
): Promise<readonly PeerResult[]> {
  const told = await Promise.all(peers.map((peer) => ask(runner, here, peer)));
  const folder = await mkdtemp(join(tmpdir(), 'rkube-peer-'));
  const probes: Probe[] = [];
  const start = async (facts: Facts, command: Pick<Parameters<typeof Probe.start>[2], 'file' | 'args' | 'env'>) => {
    const probe = await Probe.start(runner, lifetime, command);
    probes.push(probe);
    await openPorts({ facts, probe });
    return { facts, probe };
  };
  const begin = async ({ peer, facts }: Pick<Told, 'peer' | 'facts'>): Promise<End | string> => {
    if (facts?.inside === undefined) return `${facts?.node ?? peer}: ${facts?.insideProblem ?? 'not known'}`;
    const { argv, env } = facts.inside;
    const [file = '', ...args] = argv;
    const command = facts === here ? { file, args, env: { ...env, TMPDIR: folder } } : remote(peer, argv, env);
    return start(facts, command).catch((error: unknown) => `${facts.node}: ${messageOf(error)}`);
  };
  let results: readonly PeerResult[];
  try {
    const reached = told.filter(({ facts }) => facts !== undefined);
    const [mine = '', ...others] =
      reached.length === 0 ? [] : await Promise.all([{ peer: '', facts: here }, ...reached].map(begin));
    const found = await tryPairs(mine, others);
    results = told.map(({ peer, reports }, index) => {
      const more = found[reached.findIndex((each) => each === told[index])] ?? [];
      return { peer, reports: [...reports, ...more] };
    });
  } finally {
    await Promise.all(probes.map((probe) => probe.end()));
    await rm(folder, { recursive: true, force: true });
  }
  if (lifetime.interrupted) throw interrupted('trying the ways between hosts');
  return results;
}

/** What was found of each pair; an end that could not be started is a text that says why. */
async function tryPairs(
  mine: End | string,
  others: readonly (End | string)[],
): Promise<readonly (readonly CheckReport[])[]> {
  const pairs = others.map((there, index): Pair | string =>
    typeof mine === 'string' ? mine : typeof there === 'string' ? there : { here: mine, there, index },
  );
  const ways = await Promise.all(pairs.map(async (pair) => (typeof pair === 'string' ? [] : bothWays(pair))));
  const ends = new Set(pairs.flatMap((pair) => (typeof pair === 'string' ? [] : [pair.here, pair.there])));
  // VXLAN wants the port.
  await Promise.all([...ends].map(({ probe }) => probe.hush()));
  return Promise.all(
    pairs.map(async (pair, index) => (typeof pair === 'string' ? untried(pair) : judge(pair, ways[index] ?? []))),
  );
}

const bothWays = ({ here, there }: Pair): Promise<readonly Way[]> =>
  Promise.all([tryWay(here, there), tryWay(there, here)]);

const untried = (why: string): readonly CheckReport[] =>
  (['peer-tcp', 'peer-vxlan'] as const).map((id) => peerReport(id, skip(`not tried: ${why}`)));

async function judge({ here, there, index }: Pair, ways: readonly Way[]): Promise<readonly CheckReport[]> {
  const full = Math.min(here.facts.mtu, there.facts.mtu);
  const inner = new Map([here, there].map(({ facts, probe }) => [facts.address, probe.addresses]));
  try {
    const open = ways.every(({ udp }) => udp === '');
    return wayReports(ways, open ? await tryVxlan(here, there, index, full) : 'nothing', full, inner);
  } catch (error) {
    const finding = problem(`no VXLAN link could be made: ${messageOf(error)}`, '`rkube doctor` on both hosts');
    return [peerReport('peer-vxlan', finding)];
  }
}
