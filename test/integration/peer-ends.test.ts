import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lifetime } from '../../src/core/lifetime.ts';
import { LocalRunner } from '../../src/core/runner.ts';
import { Probe, program } from '../../src/preflight/network/probe.ts';
import { type End, openPorts, tryVxlan, tryWay } from '../../src/preflight/peer/ends.ts';
import type { Facts } from '../../src/preflight/peer/facts.ts';

// The real ends of `rkube doctor --peer`, in two network namespaces in place of two hosts' engines. Needs root for them.

const probed = spawnSync('unshare', [
  '-n',
  'sh',
  '-c',
  'nft list ruleset && ip link add v type vxlan id 1 dstport 8472',
]);
const reason =
  process.getuid?.() !== 0 ? 'only root can make namespaces' : probed.status === 0 ? '' : 'no nft or VXLAN here';

const NAMES = ['a', 'b'].map((each) => `rkube-test-${process.pid}-${each}`) as [string, string];
const ADDRESSES = ['192.0.2.1', '192.0.2.2'] as const;

const sh = (line: string): string => execFileSync('sh', ['-ec', line], { encoding: 'utf8', stdio: 'pipe' });
const runner = new LocalRunner(new Lifetime(new AbortController().signal));
let ends: [End, End];

beforeEach(async ({ skip }) => {
  skip(reason !== '', reason);
  const [a, b] = NAMES;
  sh(`ip netns add ${a}; ip netns add ${b}; ip link add rkt${process.pid} netns ${a} type veth peer name e1 netns ${b}
      ip -n ${a} link set rkt${process.pid} name e0
      for each in "${a} e0 ${ADDRESSES[0]}" "${b} e1 ${ADDRESSES[1]}"; do
        set -- $each; ip -n $1 address add $3/24 dev $2; ip -n $1 link set lo up; ip -n $1 link set $2 up
      done`);
  ends = (await Promise.all(NAMES.map(start))) as [End, End];
});
afterEach(async () => {
  if (reason !== '') return;
  await Promise.all(ends.map(({ probe }) => probe.end()));
  for (const name of NAMES) sh(`ip netns delete ${name}`);
});

async function start(name: string, index: number): Promise<End> {
  const args = ['netns', 'exec', name, ...program(process.execPath)];
  const probe = await Probe.start(runner, new Lifetime(new AbortController().signal), { file: 'ip', args });
  const facts: Facts = {
    node: `host${index + 1}`,
    address: ADDRESSES[index] ?? '',
    networks: [],
    now: 0,
    kubernetesVersion: '',
    podSubnet: '',
    serviceSubnet: '',
    vxlanPort: 8472,
    tcpPorts: [10250, 6443],
    mtu: 1500,
    insideProblem: '',
  };
  await openPorts({ facts, probe });
  return { facts, probe };
}

/** Puts a rule in front of what comes into the first, or the second. */
const drop = (index: 0 | 1, what: string): string =>
  sh(
    `ip netns exec ${NAMES[index]} nft "add table ip t; add chain ip t c { type filter hook prerouting priority -300; }; add rule ip t c ${what} drop"`,
  );

const vxlan = async (): Promise<string> => {
  const [here, there] = ends;
  for (const { probe } of ends) await probe.hush();
  return tryVxlan(here, there, 0, 1500);
};

describe('two ends', () => {
  it('that reach each other', async () => {
    const [here, there] = ends;
    const ways = await Promise.all([tryWay(here, there), tryWay(there, here)]);
    expect(ways.map(({ tcp, udp, seen }) => ({ tcp, udp, seen }))).toEqual(
      [here, there].map(({ facts: { address, tcpPorts } }) => ({
        tcp: tcpPorts.map((port) => ({ port, problem: '' })),
        udp: '',
        seen: address,
      })),
    );
    expect(await vxlan()).toBe('all');
  });

  it('with ports closed one way', async () => {
    drop(1, 'tcp dport 10250');
    drop(0, 'udp dport 8472');
    const [here, there] = ends;
    const [to, back] = await Promise.all([tryWay(here, there), tryWay(there, here)]);
    expect(to.tcp.map(({ problem }) => problem === '')).toEqual([false, true]);
    expect([to.udp, back.tcp.every(({ problem }) => problem === '')]).toEqual(['', true]);
    expect(back.udp).toContain('no datagram comes back from 192.0.2.1:8472');
  });

  it.each([
    ['small', 'udp dport 8472 meta length > 1460'],
    ['nothing', 'udp dport 8472'],
  ])('with VXLAN of which comes through: %s', async (carried, rule) => {
    drop(1, rule);
    expect(await vxlan()).toBe(carried);
  });
});
