import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, formatRange, overlaps, parseAddress, parseRange } from '../../../src/config/ipv4.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { rangeProblems } from '../../../src/config/validate.ts';
import { like, problemsOf } from '../support.ts';

const HOST = '192.0.2.7';

const resolve = (flags: Record<string, unknown>, hostname = 'host7', address: string | undefined = HOST) =>
  resolveConfig({ flags, env: {}, file: new Map(), hostname, address: async () => address });

const problems = (...input: Parameters<typeof resolve>) => problemsOf(() => resolve(...input));

describe('a setting by itself', () => {
  it.each([
    [{ node: 'Alpha' }, 'node name (from --node) must be lower case (try "alpha"), got "Alpha"'],
    [
      { node: 'a_b' },
      'node name (from --node) must be letters a-z, digits and "-", beginning and ending with a letter or digit, got "a_b"',
    ],
    [{ node: '-a' }, /^node name .* must be letters/],
    [{ node: 'a.b' }, /^node name .* must be letters/],
    [{ node: '' }, /^node name .* must be letters/],
    [{ node: 'a'.repeat(64) }, /^node name .* must be at most 63 characters long/],
    [{ cluster: 'c'.repeat(31) }, /^cluster name \(from --cluster\) must be at most 30 characters long/],
    [{ engine: 'dockr' }, 'engine (from --engine) must be one of auto, podman, docker, nerdctl, got "dockr"'],
    [{ image: 'a b' }, /^image .* must be an image reference/],
    [
      { kubernetesVersion: '1.36' },
      'kubernetesVersion (from --kubernetes-version) must be a Kubernetes release such as v1.36.3, got "1.36"',
    ],
    [{ kubernetesVersion: 'latest' }, /must be a Kubernetes release/],
    [
      { address: '127.0.0.1' },
      'address (from --address) must be an address other hosts can reach, not one of 127.0.0.0/8, got "127.0.0.1"',
    ],
    [{ address: '0.0.0.0' }, /not one of 0\.0\.0\.0\/8/],
    [{ address: '255.255.255.255' }, /not one of 224\.0\.0\.0\/3/],
    [{ address: 'host7' }, 'address (from --address) must be an IPv4 address such as 192.0.2.7, got "host7"'],
    [{ address: 'fe80::1' }, /must be an IPv4 address/],
    [{ portKubelet: '70000' }, 'ports.kubelet (from --port-kubelet) must be a port number from 1 to 65535, got 70000'],
    [{ portKubelet: '0' }, /must be a port number from 1 to 65535, got 0$/],
    [{ portKubelet: 'x' }, 'ports.kubelet (from --port-kubelet) must be a port number from 1 to 65535, got "x"'],
    [{ portKubelet: '-1' }, /got "-1"$/],
    [
      { portEtcd: '65535' },
      'ports.etcd (from --port-etcd) must be a port number from 1 to 65534, or 0 for none, got 65535',
    ],
    [
      { podSubnet: '10.244.0.0' },
      'podSubnet (from --pod-subnet) must be an IPv4 range such as 10.244.0.0/16, got "10.244.0.0"',
    ],
    [
      { podSubnet: '10.244.1.0/16' },
      'podSubnet (from --pod-subnet) must be the first address of its range (10.244.0.0/16), got "10.244.1.0/16"',
    ],
    [
      { podSubnet: '10.244.0.0/24' },
      'podSubnet (from --pod-subnet) must be between /8 and /23 in size, got "10.244.0.0/24"',
    ],
    [{ podSubnet: '127.0.0.0/16' }, /must be outside 127\.0\.0\.0\/8/],
    [
      { serviceSubnet: '172.0.0.0/8' },
      'serviceSubnet (from --service-subnet) must be between /12 and /28 in size, got "172.0.0.0/8"',
    ],
    [{ serviceSubnet: '10.96.0.0/29' }, /must be between \/12 and \/28/],
    [
      { publish: ['80', 'web'] },
      'publish (from --publish) must be [ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp|sctp], ports from 1 to 65535, got "web"',
    ],
  ])('%j is a problem', async (flags, expected) => {
    expect(await problems(flags)).toEqual([like(expected)]);
  });

  it.each([
    { node: 'a' },
    { node: 'a'.repeat(63), cluster: 'c'.repeat(30) },
    { image: 'registry.example.org:5000/x/node@sha256:0a1b' },
    { portEtcd: '0' },
    { portEtcd: '65534' },
    { podSubnet: '10.10.0.0/23', serviceSubnet: '10.96.0.0/28' },
    { podSubnet: '10.0.0.0/8', serviceSubnet: '172.16.0.0/12' },
  ])('%j is none', async (flags) => expect(await problems(flags)).toEqual([]));

  it('a truth value is told as it was written', async () => {
    const input = { flags: {}, file: new Map(), hostname: 'a', env: { RKUBE_ALLOW_ROOTFUL: 'maybe' } };
    await expect(resolveConfig(input)).rejects.toMatchObject({
      message: 'allowRootful (from RKUBE_ALLOW_ROOTFUL) must be true or false, got "maybe"',
    });
  });

  it('a host without address is a problem', async () => {
    const input = { flags: {}, env: {}, file: new Map(), hostname: 'a', address: async () => undefined };
    await expect(resolveConfig(input)).rejects.toMatchObject({
      message: 'address (from this host) must be an IPv4 address such as 192.0.2.7, got nothing',
    });
  });

  it('a host name without any letter is a problem', async () => {
    expect(await problems({}, '___')).toEqual([expect.stringMatching(/^node name \(from this host\) must be letters/)]);
  });
});

describe('settings together', () => {
  it.each([
    [
      { portApiserver: '10250' },
      'ports.kubelet (default) must be a host port of its own, got 10250/tcp like ports.apiserver (from --port-apiserver)',
    ],
    [
      { portKubelet: '2380' },
      'the peer port after ports.etcd (default) must be a host port of its own, got 2380/tcp like ports.kubelet (from --port-kubelet)',
    ],
    [
      { publish: '6443:80' },
      'publish (from --publish) 192.0.2.7:6443:80/tcp must be a host port of its own, got 6443/tcp like ports.apiserver (default)',
    ],
    [{ publish: '127.0.0.1:6443' }, /^publish .* like ports\.apiserver/],
    [{ publish: '0.0.0.0:8472/udp' }, /^publish .* like ports\.flannel/],
    [{ publish: '80,0.0.0.0:80:81' }, /^publish .*0\.0\.0\.0:80:81\/tcp must be a host port of its own/],
    [
      { podSubnet: '10.96.0.0/16' },
      'podSubnet (from --pod-subnet) must be outside serviceSubnet (default) 10.96.0.0/16, got "10.96.0.0/16"',
    ],
    [{ serviceSubnet: '10.244.128.0/24' }, /^podSubnet \(default\) must be outside serviceSubnet/],
    [
      { podSubnet: '192.0.0.0/16' },
      'podSubnet (from --pod-subnet) must be a range without address (from this host) 192.0.2.7, got "192.0.0.0/16"',
    ],
    [{ serviceSubnet: '192.0.2.0/24' }, /^serviceSubnet .* must be a range without address/],
  ])('%j is a problem', async (flags, expected) => {
    expect(await problems(flags)).toEqual([like(expected)]);
  });

  it.each([
    { publish: '6443/udp' },
    { publish: '8472:80/tcp' },
    { publish: '198.51.100.1:6443' },
    { publish: '80,81:80,80/udp,127.0.0.1:80' },
    { portEtcd: '0', publish: '1,2379,2380' },
    { podSubnet: '10.96.0.0/16', serviceSubnet: '10.97.0.0/16' },
  ])('%j is none', async (flags) => expect(await problems(flags)).toEqual([]));

  it('tells all problems at once, those of one setting and those between settings', async () => {
    const found = await problems({
      node: 'A',
      engine: 'x',
      portKubelet: '6443',
      podSubnet: '10.96.0.0/16',
      image: ' ! ',
    });
    expect(found).toHaveLength(5);
  });

  it('finds every overlap of pod range, service range and host address', () =>
    fc.assert(
      fc.asyncProperty(cidr(8, 23), cidr(12, 28), hostAddress, async (podSubnet, serviceSubnet, address) => {
        const [pod, service, host] = [parseRange(podSubnet), parseRange(serviceSubnet), parseAddress(address)];
        if (!pod || !service || host === undefined) throw new Error('the generator made no range');
        const wrong = overlaps(pod, service) || contains(pod, host) || contains(service, host);
        expect((await problems({ podSubnet, serviceSubnet }, 'host7', address)).length > 0).toBe(wrong);
      }),
    ));
});

/** Few enough networks that overlaps are frequent. */
const hostAddress = fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 3 })).map(([b, c]) => `10.${b * 16}.${c * 64}.9`);

function cidr(min: number, max: number) {
  return fc.tuple(hostAddress, fc.integer({ min, max })).map(([address, prefix]) => {
    const range = parseRange(`${address}/${prefix}`);
    return range ? formatRange(range) : '';
  });
}

describe("the engine's networks", () => {
  it.each([
    [['10.88.0.0/16'], []],
    [
      ['10.244.7.0/24'],
      ['podSubnet (default) must be outside the container engine\'s network 10.244.7.0/24, got "10.244.0.0/16"'],
    ],
    [['10.0.0.0/8'], [expect.stringContaining('podSubnet'), expect.stringContaining('serviceSubnet')]],
    [['fd00::/64', ''], []],
  ])('%j overlap as they should', async (subnets, expected) => {
    expect(rangeProblems(await resolve({}), subnets)).toEqual(expected);
  });
});
