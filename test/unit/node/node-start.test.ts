import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/core/package.ts';
import { environment, type NodeState } from '../../../src/node/state.ts';
import { whyNoNamespaces } from './namespaces.ts';

// The real start script in namespaces of its own: eth0 with an engine's address, and its own /etc/hosts, /var/lib
// and cgroup files. Needs root for the namespaces, and nft; the machine itself is not touched.

const SCRIPT = join(packageRoot(), 'compose/node/usr/local/lib/rkube/node-start');
const HOST = '192.0.2.7';
/** What the engine gave the node's eth0. */
const INNER = '10.88.0.2';

const STATE: NodeState = {
  phase: 'member',
  role: 'worker',
  address: HOST,
  kubernetesVersion: 'v1.36.3',
  endpoint: 'api.lab.rkube.internal',
  controlPlanes: ['192.0.2.8', '192.0.2.9'],
  flannelPort: 8472,
  softwareVxlanChecksum: false,
  mtu: 0,
};

/** Prepares the namespaces, runs the commands given, then shows what became of the node. */
const WORLD = `
set -eu
mount --bind hosts /etc/hosts
mount --bind resolv.conf /etc/resolv.conf
mount -t tmpfs none /run
mount --bind cgroup /sys/fs/cgroup
mount -t tmpfs none /var/lib
mkdir /var/lib/rkube
[ ! -e node.env ] || cp node.env /var/lib/rkube/
ip link set lo up
ip link add eth0 type veth peer name peer0
ip address add "$ETH0" dev eth0
ip link set peer0 up
ip link set eth0 up
ip route add default via 10.88.0.1 onlink dev eth0
before=$(ip -4 address show dev eth0; cat hosts)
eval "$1"
echo "--- address"; ip -4 -o address show dev eth0 | awk '{ print $4 }'
echo "--- nft"; nft list ruleset
echo "--- hosts"; cat hosts
echo "--- resolver"; cat /run/rkube/resolv.conf 2>/dev/null || true
echo "--- forward"; cat /proc/sys/net/ipv4/ip_forward
echo "--- unchanged"; [ "$before" != "$(ip -4 address show dev eth0; cat hosts)" ] || echo yes
`;

const reason = whyNoNamespaces();

let folder: string;
beforeEach(({ skip }) => {
  skip(reason !== '', reason);
  folder = mkdtempSync(join(tmpdir(), 'rkube-start-'));
  mkdirSync(join(folder, 'cgroup'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n10.88.0.2 host1\n');
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 192.0.2.53\n');
  writeFileSync(join(folder, 'cgroup/cgroup.controllers'), 'cpu memory pids\n');
  writeFileSync(join(folder, 'bin/systemctl'), `#!/bin/sh\necho "$*" >>'${join(folder, 'systemctl.log')}'\n`, {
    mode: 0o755,
  });
});
afterEach(() => {
  if (reason === '') rmSync(folder, { recursive: true });
});

/** What the script made of a node; `eth0` is the address the engine gave. */
function start(state: NodeState | undefined, { eth0 = `${INNER}/16`, commands = SCRIPT } = {}) {
  if (state) writeFileSync(join(folder, 'node.env'), environment(state));
  const output = execFileSync('unshare', ['-n', '-m', 'sh', '-c', WORLD, 'sh', commands], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ETH0: eth0, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
    timeout: 50_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const part = (name: string): string =>
    new RegExp(`^--- ${name}\n([^]*?)(?=^--- |(?![^]))`, 'm').exec(output)?.[1] ?? '';
  return {
    said: output.split('--- ')[0],
    address: part('address').trim().split('\n'),
    nft: part('nft'),
    hosts: part('hosts'),
    resolver: part('resolver').trim().split('\n'),
    forward: part('forward').trim(),
    unchanged: part('unchanged').trim(),
  };
}

describe('the start of a node whose engine gave it another address (way 2)', () => {
  it('puts the host address on the interface of the engine', () => {
    expect(start(STATE).address.sort()).toEqual([`${INNER}/16`, `${HOST}/32`]);
  });

  it('translates what comes in, what the node itself sends to its engine address, and what goes out', () => {
    const rules = start(STATE)
      .nft.split('\n')
      .map((line) => line.trim());
    expect(rules).toContain('table ip rkube {');
    expect(rules).toContain(`iifname "eth0" ip daddr ${INNER} dnat to ${HOST}`);
    expect(rules).toContain(`ip daddr ${INNER} dnat to ${HOST}`);
    expect(rules).toContain(`oifname "eth0" ip saddr ${HOST} snat to ${INNER}`);
  });

  it('leaves what comes in to kube-proxy first (-100), and takes what goes out before it (100), and what it refuses (0)', () => {
    const priorities = [...start(STATE).nft.matchAll(/hook (\w+) priority ([^;]+);/g)].map(
      ([, hook = '', text = '']) => {
        const [, base = '', sign = '+', offset = '0'] =
          /^(dstnat|srcnat|filter|)\s*([+-]?)\s*(\d*)$/.exec(text.trim()) ?? [];
        return [hook, ({ dstnat: -100, srcnat: 100, filter: 0 }[base] ?? 0) + Number(`${sign || '+'}${offset || 0}`)];
      },
    );
    expect(Object.fromEntries(priorities)).toEqual({ prerouting: -90, output: -90, postrouting: 90, input: -1 });
  });

  // As kube-proxy refuses node ports that have no endpoints, asked for by who is on the same machine.
  const OUTSIDE = `
    nft 'table ip kube-proxy { chain filter-input { type filter hook input priority 0; ct state new tcp dport 30080 reject; }; }'
    unshare -n sleep 30 & other=$!
    until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
    ip link set peer0 netns $other
    nsenter -t $other -n ip address add 10.88.0.1/16 dev peer0
    nsenter -t $other -n ip link set peer0 up
    node -e "require('net').createServer((c) => c.end('listens')).listen(30081)" & server=$!
    until ss -Hltn sport = 30081 | grep -q .; do sleep 0.01; done
    nstat -n
    for port in 30080 30081; do nsenter -t $other -n timeout 20 bash -c "cat </dev/tcp/${INNER}/$port" 2>&1 || true; done
    nsenter -t $other -n nstat -az TcpRetransSegs; kill $other $server`;
  it('resets at once what is refused, and lets through what is listened on', () => {
    const { said } = start(STATE, { commands: `${SCRIPT}; ${OUTSIDE}` });
    expect(said).toMatch(/30080: Connection refused\n[^]*listens[^]*TcpRetransSegs +0 /);
  });

  it('is the same at the second run', () => {
    const once = start(STATE);
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n10.88.0.2 host1\n');
    const twice = start(STATE, { commands: `${SCRIPT}; ${SCRIPT}` });
    expect({ ...twice, said: '' }).toEqual({ ...once, said: '' });
  });

  it('translates the new address when the engine gives another one at the next start', () => {
    const again = `${SCRIPT}; ip address del ${INNER}/16 dev eth0; ip address add 10.88.0.9/16 dev eth0; ip route replace default via 10.88.0.1 onlink dev eth0; ${SCRIPT}`;
    const { nft } = start(STATE, { commands: again });
    expect(nft).toContain(`oifname "eth0" ip saddr ${HOST} snat to 10.88.0.9`);
    expect(nft).not.toContain(INNER);
  });
});

describe('the start of a node whose engine gave it the address of the host (way 1)', () => {
  it('leaves interface and rules alone', () => {
    const { address, nft, said } = start(STATE, { eth0: `${HOST}/24` });
    expect([address, nft.trim(), said]).toEqual([[`${HOST}/24`], '', `the engine gave this node ${HOST}\n`]);
  });

  it('is the same at the second run', () => {
    expect(start(STATE, { eth0: `${HOST}/24`, commands: `${SCRIPT}; ${SCRIPT}` })).toMatchObject({
      address: [`${HOST}/24`],
      nft: '',
    });
  });
});

describe('the start of every node', () => {
  const ways = [
    ['way 1', `${HOST}/24`],
    ['way 2', `${INNER}/16`],
  ] as const;

  it.each(ways)('names the control planes in /etc/hosts and keeps its other lines, %s', (_, eth0) => {
    expect(start(STATE, { eth0 }).hosts).toBe(
      '127.0.0.1 localhost\n10.88.0.2 host1\n192.0.2.8 api.lab.rkube.internal # rkube\n192.0.2.9 api.lab.rkube.internal # rkube\n',
    );
  });

  it('replaces what it named before, and doubles nothing', () => {
    writeFileSync(
      join(folder, 'hosts'),
      '127.0.0.1 localhost\n198.51.100.1 api.lab.rkube.internal # rkube\n::1 ip6-localhost\n',
    );
    expect(start(STATE, { commands: `${SCRIPT}; ${SCRIPT}` }).hosts).toBe(
      '127.0.0.1 localhost\n::1 ip6-localhost\n192.0.2.8 api.lab.rkube.internal # rkube\n192.0.2.9 api.lab.rkube.internal # rkube\n',
    );
  });

  it.each([
    ['empty', ''],
    ["rkube's own", '198.51.100.1 api.lab.rkube.internal # rkube\n'],
  ])('works where /etc/hosts is %s', (_, text) => {
    writeFileSync(join(folder, 'hosts'), text);
    expect(start(STATE).hosts.trim().split('\n')).toEqual([
      '192.0.2.8 api.lab.rkube.internal # rkube',
      '192.0.2.9 api.lab.rkube.internal # rkube',
    ]);
  });

  it('names nothing before there is a cluster', () => {
    expect(start({ ...STATE, phase: 'empty', endpoint: '', controlPlanes: [] }).hosts).toBe(
      '127.0.0.1 localhost\n10.88.0.2 host1\n',
    );
  });

  it.each(ways)('lets packets through, %s', (_, eth0) => {
    expect(start(STATE, { eth0 }).forward).toBe('1');
  });

  it('switches on every cgroup controller there is', () => {
    // A file in place of the kernel's: it keeps the last word alone.
    writeFileSync(join(folder, 'cgroup/cgroup.controllers'), 'pids\n');
    start(STATE);
    expect(readFileSync(join(folder, 'cgroup/cgroup.subtree_control'), 'utf8')).toBe('+pids\n');
  });

  it('moves what an engine has put into the root of the cgroups, when it is in the way', () => {
    mkdirSync(join(folder, 'cgroup/cgroup.subtree_control'));
    mkdirSync(join(folder, 'cgroup/init.scope'));
    writeFileSync(join(folder, 'cgroup/cgroup.procs'), '12\n');
    start(STATE);
    expect(readFileSync(join(folder, 'cgroup/init.scope/cgroup.procs'), 'utf8')).toBe('12\n');
  });

  it('goes on where a controller cannot be switched on', () => {
    mkdirSync(join(folder, 'cgroup/cgroup.subtree_control'));
    expect(start(STATE).said).toContain('controller cpu cannot be switched on');
  });

  it.each([
    [true, 'start --no-block rkube-vxlan.service\n'],
    [false, ''],
  ])('fills VXLAN checksums in software where the engine needs it: %s', (softwareVxlanChecksum, asked) => {
    writeFileSync(join(folder, 'systemctl.log'), '');
    start({ ...STATE, softwareVxlanChecksum });
    expect(readFileSync(join(folder, 'systemctl.log'), 'utf8')).toBe(asked);
  });

  it.each([
    ['the engine gave the node its address', `${HOST}/24`],
    ['the address is translated', `${INNER}/16`],
  ])("makes Flannel's interface with one source port for all flows, and only once, where %s", (_, eth0) => {
    // The kernel of this machine need not know VXLAN.
    const log = join(folder, 'ip.log');
    const ip = execFileSync('which', ['ip'], { encoding: 'utf8' }).trim();
    writeFileSync(
      join(folder, 'bin/ip'),
      `#!/bin/sh
      case "$*" in
        'link show flannel.1') [ -e '${log}' ] ;;
        *flannel.1*) echo "$*" >>'${log}' ;;
        *) exec ${ip} "$@" ;;
      esac`,
      { mode: 0o755 },
    );
    start({ ...STATE, flannelPort: 8500 }, { eth0, commands: `${SCRIPT}; ${SCRIPT}` });
    expect(readFileSync(log, 'utf8')).toBe(
      `link add flannel.1 type vxlan id 1 dev eth0 local ${HOST} dstport 8500 srcport 8500 8501 nolearning\n`,
    );
  });

  it.each([
    ['control-plane', 'start --no-block rkube-peers.socket\n', 'rkube-peers'],
    ['worker', '', ''],
  ] as const)('answers nodes that are to join, through VXLAN, as a %s', (role, asked, device) => {
    writeFileSync(join(folder, 'systemctl.log'), '');
    const shown = start({ ...STATE, role }, { commands: `${SCRIPT}; ip -br link show type vxlan` }).said ?? '';
    expect(readFileSync(join(folder, 'systemctl.log'), 'utf8')).toBe(asked);
    expect(/^rkube-peers/m.exec(shown)?.[0] ?? '').toBe(device);
  });

  it('takes away the device of one that no longer answers', () => {
    const commands = `${SCRIPT}; sed -i s/RKUBE_ANSWERS=peers/RKUBE_ANSWERS=/ /var/lib/rkube/node.env; ${SCRIPT}; ip -br link show type vxlan`;
    expect(start({ ...STATE, role: 'control-plane' }, { commands }).said).not.toContain('rkube-peers');
  });

  it('changes nothing before rkube has written what the node must know', () => {
    expect(start(undefined)).toMatchObject({
      unchanged: 'yes',
      nft: '',
      said: expect.stringContaining('rkube up writes it') as string,
    });
  });
});

describe('what pods resolve with', () => {
  const DOCKER = 'nameserver 127.0.0.11\nsearch example.org\noptions ndots:0\n';
  it.each([
    ['what the node has', 'nameserver 192.0.2.53\n', ['nameserver 192.0.2.53']],
    [
      "the servers behind Docker's own resolver",
      `${DOCKER}# ExtServers: [10.0.2.3 2001:db8::53 host(10.0.2.4) host(127.0.0.53)]\n`,
      [
        'nameserver 10.0.2.3',
        'nameserver 2001:db8::53',
        'nameserver 10.0.2.4',
        'search example.org',
        'options ndots:0',
      ],
    ],
    ['what the node has when Docker does not tell them', DOCKER, DOCKER.trim().split('\n')],
  ])('is %s', (_, text, lines) => {
    writeFileSync(join(folder, 'resolv.conf'), text);
    expect(start(STATE).resolver.filter((line) => !line.startsWith('#'))).toEqual(lines);
  });
});
