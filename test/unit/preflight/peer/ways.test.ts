import { describe, expect, it } from 'vitest';
import { compareFacts } from '../../../../src/preflight/peer/compare.ts';
import type { Way } from '../../../../src/preflight/peer/ends.ts';
import type { Facts } from '../../../../src/preflight/peer/facts.ts';
import { wayReports } from '../../../../src/preflight/peer/ways.ts';
import type { CheckReport } from '../../../../src/preflight/types.ts';
import { line } from '../fake.ts';

const facts = (node: string, address: string, changes: Partial<Facts> = {}): Facts => ({
  node,
  address,
  networks: [{ interface: 'eth0', address, prefix: 24, defaultRoute: true }],
  now: Date.UTC(2026, 10, 21, 12),
  kubernetesVersion: 'v1.36.3',
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/12',
  vxlanPort: 8472,
  tcpPorts: [10250, 6443],
  mtu: 1500,
  insideProblem: '',
  ...changes,
});
const HOST1 = facts('host1', '192.0.2.1');
const HOST2 = facts('host2', '192.0.2.2');

/** `id: state: evidence → fix`, problems only. */
const problems = (reports: readonly CheckReport[]): readonly string[] =>
  reports.filter(({ finding }) => finding.state === 'problem').map(({ id, finding }) => `${id}: ${line(finding)}`);

describe('what two hosts tell of themselves', () => {
  const compared = (changes: Partial<Facts>, late = 0): readonly string[] =>
    problems(compareFacts(HOST1, { ...HOST2, ...changes }, HOST1.now + late));

  it('fits', () => expect(compared({})).toEqual([]));
  it.each<[string, Partial<Facts>, number, RegExp]>([
    ['a clock', {}, 7200_000, /^peer-clock: .*the clock of host1 is 2 h 0 min ahead of that of host2/],
    ['a name', { node: 'host1' }, 0, /^peer-name: .*both hosts have the name host1 → .*--node/],
    ['an address', { address: '192.0.2.1' }, 0, /^peer-address: .*both hosts have the address 192\.0\.2\.1/],
    [
      'a network',
      { networks: [{ interface: 'eth1', address: '10.100.0.1', prefix: 16, defaultRoute: false }] },
      0,
      /^peer-ranges: .*10\.100\.0\.0\/16 on eth1 of host2 is in the cluster's service range/,
    ],
    [
      'a version',
      { kubernetesVersion: 'v1.35.8' },
      0,
      /^peer-settings: .*host1 has kubernetesVersion v1\.36\.3; host2 has kubernetesVersion v1\.35\.8/,
    ],
    ['the port of VXLAN', { vxlanPort: 8473 }, 0, /host1 has vxlanPort 8472; host2 has vxlanPort 8473/],
  ])('clashes in %s', (_, changes, late, expected) => {
    const found = compared(changes, late);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });
});

const way = (from: Facts, to: Facts, changes: Partial<Way> = {}): Way => ({
  from,
  to,
  tcp: to.tcpPorts.map((port) => ({ port, problem: '' })),
  udp: '',
  seen: from.address,
  ...changes,
});
const THERE = way(HOST1, HOST2);
const BACK = way(HOST2, HOST1);
const INNER = new Map([
  ['192.0.2.1', ['127.0.0.1', '192.0.2.1']],
  ['192.0.2.2', ['127.0.0.1', '10.0.2.100']],
]);
const PUBLIC = { name: 'firewalld', zone: 'public', open: ['22/tcp'] } as const;

describe('ways between two hosts', () => {
  it('are open', () => {
    const reports = wayReports([THERE, BACK], 'all', 1500, INNER);
    expect(reports.map(({ id, finding }) => `${id} ${line(finding)}`)).toEqual([
      'peer-tcp ok: host1 reaches host2 at 10250, 6443/tcp; host2 reaches host1 at 10250, 6443/tcp',
      'peer-vxlan ok: VXLAN between host1 and host2 at 8472/udp comes through both ways, with sound checksums',
      'peer-source ok: host2 sees host1 as 192.0.2.1; host1 sees host2 as 192.0.2.2',
      'peer-mtu ok: packets of 1500 bytes come through both ways',
    ]);
  });

  it.each<[string, readonly Way[], 'all' | 'small' | 'nothing', readonly RegExp[]]>([
    [
      'a TCP port is closed there',
      [
        way(HOST1, HOST2, {
          tcp: [
            { port: 10250, problem: 'x' },
            { port: 6443, problem: '' },
          ],
        }),
        BACK,
      ],
      'all',
      [
        /^peer-tcp: problem: host1 cannot reach 192\.0\.2\.2:10250\/tcp \(host2\) → Let them in on host2, as an administrator: firewalld: `/,
      ],
    ],
    [
      'VXLAN is closed one way',
      [THERE, way(HOST2, HOST1, { udp: 'x', seen: '' })],
      'nothing',
      [/^peer-vxlan: problem: host2 cannot reach 192\.0\.2\.1:8472\/udp \(host1\) → .*on host1/],
    ],
    [
      'VXLAN is closed by a zone that is known',
      [way(HOST1, { ...HOST2, firewall: PUBLIC }, { udp: 'x', seen: '' }), BACK],
      'nothing',
      [
        /\(host2\): firewalld zone public blocks it → .*`firewall-cmd --permanent --zone=public --add-port=8472\/udp && firewall-cmd --reload`/,
      ],
    ],
    ['datagrams pass and VXLAN does not', [THERE, BACK], 'nothing', [/^peer-vxlan: .*checksums are wrong/]],
    ['full packets are lost', [THERE, BACK], 'small', [/^peer-mtu: .*full ones \(1500 bytes\) are lost/]],
    [
      'addresses are translated between',
      [way(HOST1, HOST2, { seen: '198.51.100.9' }), BACK],
      'all',
      [/^peer-source: problem: host2 sees host1 as 198\.51\.100\.9;.* → .*--address/],
    ],
    ['a port driver hides who sends', [way(HOST1, HOST2, { seen: '10.0.2.2' }), BACK], 'all', []],
  ])('%s', (_, ways, carried, expected) => {
    const found = problems(wayReports(ways, carried, 1500, INNER));
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern));
  });
});
