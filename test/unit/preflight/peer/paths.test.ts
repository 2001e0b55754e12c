import { describe, expect, it } from 'vitest';
import type { Firewall } from '../../../../src/preflight/peer/firewall.ts';
import { type Paths, pathReports } from '../../../../src/preflight/peer/paths.ts';
import { line } from '../fake.ts';

const SOUND: Paths = {
  here: { name: 'host2', address: '192.0.2.11' },
  there: { name: '192.0.2.10', address: '192.0.2.10' },
  vxlanPort: 8472,
  asked: [10250, 6443],
  connected: [10250, 6443],
  carried: 'all',
  full: 1500,
  pathMtu: undefined,
  way: 'silent',
  firewall: undefined,
};
const PUBLIC: Firewall = { name: 'firewalld', zone: 'public', open: ['22/tcp', '10000-11000/tcp'] };
const UFW: Firewall = { name: 'ufw', zone: '', open: undefined };

/** `id: state: evidence → fix`, problems only. */
const problems = (changes: Partial<Paths>): readonly string[] =>
  pathReports({ ...SOUND, ...changes })
    .filter(({ finding }) => finding.state === 'problem')
    .map(({ id, finding }) => `${id}: ${line(finding)}`);

describe('paths between two hosts', () => {
  it('are sound', () => {
    expect(pathReports(SOUND).map(({ finding }) => line(finding))).toEqual([
      'ok: host2 and 192.0.2.10 reach each other at 8472/udp, with sound checksums',
      'ok: 192.0.2.10 reaches host2 at 192.0.2.11:10250/tcp, 6443/tcp',
      'ok: packets of 1500 bytes come through',
    ]);
  });

  it.each<[string, Partial<Paths>, readonly RegExp[]]>([
    [
      'nothing gets there',
      { carried: 'nothing', connected: [] },
      [
        /^peer-vxlan: problem: host2 cannot reach 192\.0\.2\.10:8472\/udp: nothing comes back → .*on 192\.0\.2\.10.*ufw allow 8472\/udp/,
      ],
    ],
    [
      'a firewall there rejects',
      { carried: 'nothing', connected: [], way: 'prohibited' },
      [/host2 cannot reach 192\.0\.2\.10:8472\/udp: a firewall on the way prohibits it →/],
    ],
    [
      'nothing gets in here, by a zone that can be read',
      { carried: 'nothing', connected: [], firewall: { ...PUBLIC, open: [] } },
      [
        /firewalld zone public of host2 blocks 8472\/udp, 10250\/tcp, 6443\/tcp → On host2: `firewall-cmd --permanent --zone=public --add-port=8472\/udp --add-port=10250\/tcp --add-port=6443\/tcp && firewall-cmd --reload`/,
      ],
    ],
    [
      'VXLAN gets there and not back',
      { carried: 'nothing' },
      [
        /^peer-vxlan: problem: 192\.0\.2\.10 cannot reach host2 at 192\.0\.2\.11:8472\/udp: nothing comes through → .*on host2/,
      ],
    ],
    [
      'VXLAN gets there and not back, and why',
      { carried: 'nothing', firewall: PUBLIC },
      [/host2 at 192\.0\.2\.11:8472\/udp: nothing comes through; firewalld zone public of host2 blocks 8472\/udp →/],
    ],
    [
      'one TCP port is closed here',
      { connected: [6443] },
      [
        /^peer-tcp: problem: 192\.0\.2\.10 cannot reach host2 at 192\.0\.2\.11:10250\/tcp: nothing comes through → .*nft insert rule inet filter input tcp dport 10250 accept/,
      ],
    ],
    [
      'TCP ports are closed, by a firewall that cannot be read',
      { connected: [], firewall: UFW },
      [
        /10250\/tcp, 6443\/tcp: nothing comes through; ufw runs on host2 → .*`ufw allow 10250\/tcp && ufw allow 6443\/tcp`/,
      ],
    ],
    [
      'the zone lets the port in: another firewall is at work',
      { connected: [6443], firewall: PUBLIC },
      [/10250\/tcp: nothing comes through; firewalld runs on host2 →/],
    ],
    [
      'VXLAN back and a TCP port are closed',
      { carried: 'nothing', connected: [6443] },
      [/^peer-vxlan: .*8472\/udp/, /^peer-tcp: .*10250\/tcp/],
    ],
    [
      'full packets are lost',
      { carried: 'small', pathMtu: 1460 },
      [
        /^peer-mtu: .*small packets pass, full ones \(1500 bytes\) are lost; the path carries 1460 → .*rkube init --mtu 1460/,
      ],
    ],
    [
      'full packets are lost, and ping knows nothing of it',
      { carried: 'small', pathMtu: 1500 },
      [/full ones \(1500 bytes\) are lost → .*rkube init --mtu BYTES/],
    ],
  ])('%s', (_, changes, expected) => {
    const found = problems(changes);
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern));
  });
});
