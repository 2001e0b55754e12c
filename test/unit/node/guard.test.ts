import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/core/package.ts';
import { whyNoNamespaces } from './namespaces.ts';

// The real scripts in namespaces of their own, way 2: something takes away what node-start made, and the guard has it
// made again. Needs root for the namespaces, and nft; the machine itself is not touched.

const FOLDER = join(packageRoot(), 'compose/node/usr/local/lib/rkube');

const WORLD = `
set -eu
mount -t tmpfs none /run
mount -t tmpfs none /var/lib
mkdir -p /var/lib/rkube /run/bin /run/cgroup
mount -t sysfs none /sys
echo cpu >/run/cgroup/cgroup.controllers
mount --bind /run/cgroup /sys/fs/cgroup
echo 127.0.0.1 localhost >/run/hosts
mount --bind /run/hosts /etc/hosts
cat >/var/lib/rkube/node.env <<'END'
RKUBE_ADDRESS=192.0.2.7
RKUBE_ENDPOINT=api.lab
RKUBE_ENDPOINTS="192.0.2.8 192.0.2.9"
RKUBE_FLANNEL_PORT=
RKUBE_VXLAN_CHECKSUM=
END
cat >/run/bin/systemctl <<END
#!/bin/sh
echo "\\$*" >>/run/systemctl.log
[ "\\$*" != "restart rkube-node.service" ] || exec "${FOLDER}/node-start" >>/run/node-start.log 2>&1
END
cat >/run/bin/pkill <<'END'
#!/bin/sh
echo "pkill $*" >>/run/systemctl.log
[ "$3" = 30 ]
END
chmod +x /run/bin/*
PATH=/run/bin:$PATH
: >/run/systemctl.log
ip link set lo up
ip link add eth0 type veth peer name peer0
ip address add 10.88.0.2/16 dev eth0
ip link set peer0 up
ip link set eth0 up
ip route add default via 10.88.0.1 dev eth0
eval "$1"
"${FOLDER}/node-start" >/dev/null
setsid "${FOLDER}/guard" 0.1 >/run/guard.log 2>&1 &
guard=$!
# Conditions are asked for, at most 5 s.
until_so() { for _ in $(seq 50); do ! eval "$1" >/dev/null 2>&1 || return 0; sleep 0.1; done; echo "never so: $1"; }
looks() { sleep 0.5; }
eval "$2"
kill -- -$guard
echo "--- said"; cat /run/guard.log
echo "--- asked"; cat /run/systemctl.log
`;

const reason = whyNoNamespaces();
beforeEach(({ skip }) => skip(reason !== '', reason));

/** What was printed, what the guard said, and what it asked of systemctl and pkill. */
function guarded(commands: string, before = '') {
  const output = execFileSync('unshare', ['-n', '-m', 'bash', '-c', WORLD, 'bash', before, commands], {
    encoding: 'utf8',
    timeout: 50_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed = '', said = '', asked = ''] = output.split(/^--- (?:said|asked)\n/m);
  return { printed, said, asked };
}

const RULES = "nft list table ip rkube | grep 'snat to 10.88.0.2'";
const ADDRESSES =
  "ip -4 -o address show dev eth0 | grep 'inet 192.0.2.7/32' && ip address show dev eth0 | grep 10.88.0.2/16";
const ROUTE = "ip -4 route show default | grep 'via 10.88.0.1 dev eth0'";
const NAMES = 'grep -c "api.lab # rkube" /etc/hosts | grep -x 2';

describe('what is taken away from a node is made again:', () => {
  it.each([
    ['all rules', 'nft flush ruleset', RULES, 'translation of addresses'],
    ['the rules in our table', 'nft flush table ip rkube', RULES, 'translation of addresses'],
    ['the address', 'ip address del 192.0.2.7/32 dev eth0', ADDRESSES, 'address 192.0.2.7'],
    ['all addresses', 'ip address flush dev eth0', `${ADDRESSES} && ${ROUTE}`, "the engine's address 10.88.0.2"],
    ['the route', 'ip route del default', ROUTE, 'the default route by eth0'],
    ['the link', 'ip link set eth0 down', `${ROUTE} && ip link show up dev eth0 | grep eth0`, 'the default route'],
    ['the names', 'echo 127.0.0.1 localhost >/etc/hosts', NAMES, 'api.lab in /etc/hosts'],
    ['forwarding', 'sysctl -qw net.ipv4.ip_forward=0', 'grep 1 /proc/sys/net/ipv4/ip_forward', 'IP forwarding'],
  ])('%s', (_, harm, so, what) => {
    const { printed, said } = guarded(`${harm}; until_so ${JSON.stringify(so)}`);
    expect(printed).toBe('');
    expect(said).toMatch(/^Lost: .*made again$/m);
    expect(said).toContain(what);
  });
});

describe('the guard', () => {
  it('does nothing to a node that is whole', () => {
    expect(guarded('looks')).toEqual({ printed: '', said: '', asked: '' });
  });

  it('waits for what a node must know', () => {
    expect(guarded('looks', 'rm /var/lib/rkube/node.env')).toMatchObject({ said: '', asked: '' });
  });

  it('tries less and less often what does not help', () => {
    const useless = 'printf "#!/bin/sh\\necho try >>/run/systemctl.log\\n" >/run/bin/systemctl';
    // Twenty looks, of which the first, second, fourth, eighth and sixteenth try.
    const { asked } = guarded(`${useless}; sysctl -qw net.ipv4.ip_forward=0; sleep 2`);
    const tries = asked.match(/try/g)?.length ?? 0;
    expect([tries > 1, tries < 8]).toEqual([true, true]);
  });

  it('has kube-proxy started again when its rules were there and are gone, once', () => {
    const { asked, said } = guarded(
      'until_so "pgrep -g $guard nft"; looks; nft delete table ip kube-proxy; looks; looks',
      'nft add table ip kube-proxy',
    );
    expect(asked.match(/pkill.*--older 30 .*/g)).toEqual(['pkill -x --older 30 kube-proxy']);
    expect(said).toContain('kube-proxy is started again');
  });

  it("has Flannel started again when it has not written the node's CNI configuration, once, then only after minutes", () => {
    const subnet = 'mkdir /run/flannel; echo FLANNEL_SUBNET=10.244.0.1/24 >/run/flannel/subnet.env';
    const { asked } = guarded('until_so "grep 300 /run/systemctl.log"', subnet);
    expect(asked.match(/pkill.*/g)?.slice(0, 2)).toEqual([
      'pkill -x --older 30 flanneld',
      'pkill -x --older 300 flanneld',
    ]);
  });

  describe("and Flannel's routes", () => {
    const reason = whyNoNamespaces('ip link add flannel.1 type vxlan id 1 dstport 8472', 'VXLAN does');
    beforeEach(({ skip }) => skip(reason !== '', reason));

    const [address, mac] = ['10.244.1.0', '0a:00:00:00:00:01'];
    /** What flanneld has made for itself and for one other node. */
    const flannel = `mkdir /run/flannel /run/upper /run/work
      echo FLANNEL_SUBNET=10.244.0.1/24 >/run/flannel/subnet.env
      mount -t overlay none -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
      mount --bind /run/hosts /etc/hosts
      mkdir -p /etc/cni/net.d; echo '{}' >/etc/cni/net.d/10-flannel.conflist
      nft add table ip flannel-ipv4
      ip link add flannel.1 type vxlan id 1 dev eth0 dstport 8472 nolearning
      ip address add 10.244.0.0/32 dev flannel.1
      ip link set flannel.1 up
      ip neigh add ${address} lladdr ${mac} dev flannel.1 nud permanent
      bridge fdb add ${mac} dst 192.0.2.9 dev flannel.1
      ip route add 10.244.1.0/24 via ${address} dev flannel.1 onlink`;
    const began = 'until_so "pgrep -g $guard nft"; looks';

    it('has flanneld started again when they were taken away', () => {
      const { asked, said } = guarded(`${began}; ip route flush dev flannel.1; looks`, flannel);
      expect(asked).toContain('pkill -x --older 30 flanneld');
      expect(said).toContain("Flannel's network is gone");
    });

    it('leaves flanneld alone when the last other node has left', () => {
      const leave = `ip neigh del ${address} dev flannel.1; bridge fdb del ${mac} dst 192.0.2.9 dev flannel.1; ip route del 10.244.1.0/24`;
      expect(guarded(`${began}; ${leave}; looks`, flannel)).toEqual({ printed: '', said: '', asked: '' });
    });
  });

  it('leaves kube-proxy alone that has made none yet', () => {
    expect(guarded('looks').asked).toBe('');
  });
});
