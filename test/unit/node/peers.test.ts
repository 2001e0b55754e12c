import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/core/package.ts';
import { whyNoNamespaces } from './namespaces.ts';

// The real script between two network namespaces: one is a control plane's node, the other one that is to join. Needs
// root for the namespaces, nft, and systemd's socket activation; the machine itself is not touched.

const SCRIPT = join(packageRoot(), 'compose/node/usr/local/lib/rkube/peers');

/** `$1`: what is put between them; `$2`: what is tried after the question. */
const WORLD = `
set -eu
mount -t tmpfs none /run
mount -t tmpfs none /var/lib
mkdir /run/bin
printf '#!/bin/sh\necho "$*" >>/run/ethtool.log\n' >/run/bin/ethtool
chmod +x /run/bin/ethtool
PATH=/run/bin:$PATH
ip netns add control
ip netns add joins
ip link add v0 netns control type veth peer name v1 netns joins
ip -n control address add 192.0.2.1/24 dev v0
ip -n joins address add 192.0.2.2/24 dev v1
for each in "control v0" "joins v1"; do
  set -- "$1" "$2" $each
  ip -n "$3" link set lo up
  ip -n "$3" link set "$4" up
done
cat >/run/in <<'END'
mount -t tmpfs none /var/lib
mkdir /var/lib/rkube
printf 'RKUBE_ADDRESS=%s\\nRKUBE_FLANNEL_PORT=8472\\nRKUBE_VXLAN_CHECKSUM=%s\\n' "$1" "$CHECKSUM" >/var/lib/rkube/node.env
shift
exec "$@"
END
control() { ip netns exec control unshare -m sh /run/in 192.0.2.1 "$@"; }
joins() { ip netns exec joins unshare -m sh /run/in 192.0.2.2 "$@"; }
control "$SCRIPT" up
control "$SCRIPT" up
control systemd-socket-activate --datagram --listen 198.19.0.1:1 "$SCRIPT" answer 2>/dev/null &
for try in $(seq 50); do ip netns exec control ss -lun | grep -q 198.19.0.1:1 && break; sleep 0.1; done
eval "$1"
echo "--- ports"
joins "$SCRIPT" ask 192.0.2.1 1450 10250 6443
echo "--- more"
eval "$2"
joins "$SCRIPT" down
echo "--- left"
ip -n joins -br link show type vxlan
kill $(ip netns pids control) 2>/dev/null
`;

function whyNot(): string {
  const missing = whyNoNamespaces('nft list ruleset && ip link add v type vxlan id 1 dstport 8472', 'nft and VXLAN do');
  if (missing !== '') return missing;
  const activate = spawnSync('systemd-socket-activate', ['--version']);
  return activate.status === 0 ? '' : 'systemd-socket-activate is not there';
}
const reason = whyNot();
beforeEach(({ skip }) => skip(reason !== '', reason));

function ask(between = 'true', more = 'true', checksum = '') {
  const output = execFileSync('unshare', ['-n', '-m', 'bash', '-c', WORLD, 'bash', between, more], {
    encoding: 'utf8',
    env: { ...process.env, SCRIPT, CHECKSUM: checksum },
    timeout: 50_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const part = (name: string): string[] =>
    (new RegExp(`^--- ${name}\n([^]*?)(?=^--- |(?![^]))`, 'm').exec(output)?.[1] ?? '').split('\n').filter(Boolean);
  return { ports: part('ports'), more: part('more'), left: part('left') };
}

const drop = (where: string, what: string): string =>
  `ip netns exec ${where} nft "add table ip t; add chain ip t c { type filter hook prerouting priority -300; }; add rule ip t c ${what} drop"`;
/** Whether the control plane's address inside VXLAN answers. */
const VXLAN =
  'ip netns exec joins timeout 1 bash -c "exec 3<>/dev/tcp/198.19.0.1/9" 2>&1 | grep -q refused && echo answers || echo silent';

describe('a node that is to join asks a control plane about the paths', () => {
  it('and is connected to at each port, VXLAN works both ways, and nothing of it is left', () => {
    expect(ask('true', VXLAN)).toEqual({ ports: ['10250', '6443'], more: ['answers'], left: [] });
  });

  it.each([
    ['VXLAN does not get there', drop('control', 'udp dport 8472'), [], 'silent'],
    ['VXLAN gets there, and not back', drop('joins', 'udp dport 8472'), ['10250', '6443'], 'silent'],
    ['a TCP port is closed', drop('joins', 'tcp dport 10250'), ['6443'], 'answers'],
    // As port drivers do that lose the address of who sends: VXLAN comes back all the same.
    [
      'packets seem to come from elsewhere',
      'ip netns exec joins nft "add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c udp dport 8472 snat to 192.0.2.77" && ip -n joins address add 192.0.2.77/24 dev v1',
      ['10250', '6443'],
      'answers',
    ],
  ])('where %s', (_, between, ports, vxlan) => {
    expect(ask(between, VXLAN)).toMatchObject({ ports, more: [vxlan] });
  });

  it('with checksums in software where the engine needs it, at both ends', () => {
    const off = '-K rkube-peers tx-checksum-ip-generic off';
    expect(ask('true', 'cat /run/ethtool.log', 'software').more).toEqual([off, off]);
  });

  it('and what is no question changes nothing', () => {
    const junk = ['rkube-peer 192.0.2.2', 'x', 'rkube-peer 192.0.2.9 198.18.2.9 02:00:00:00:00:01 1; id', ''];
    const send = junk
      .map((text) => `ip netns exec control bash -c 'echo -n "${text}" >/dev/udp/198.19.0.1/1'`)
      .join('; ');
    const entries = 'ip netns exec control bridge fdb show dev rkube-peers | grep -vc 192.0.2.2 || true';
    expect(ask(send, entries)).toMatchObject({ ports: ['10250', '6443'], more: ['0'] });
  });
});
