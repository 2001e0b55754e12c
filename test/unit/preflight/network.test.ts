import { describe, expect, test } from 'vitest';
import { address } from '../../../src/preflight/checks/address.ts';
import { diskSpace } from '../../../src/preflight/checks/disk-space.ts';
import { portsFree } from '../../../src/preflight/checks/ports-free.ts';
import { portUses } from '../../../src/preflight/ports.ts';
import { eth0, type FakeHost, line, probe } from './fake.ts';

const lo = { interface: 'lo', address: '127.0.0.1', prefix: 8, defaultRoute: false };

describe('address', () => {
  const addresses = [lo, eth0, { ...eth0, interface: 'docker0', address: '172.17.0.1', defaultRoute: false }];
  test.each([
    ['10.0.0.5', /^ok: 10\.0\.0\.5 on eth0$/],
    [
      '192.0.2.9',
      /^problem: 192\.0\.2\.9 \(from --address\) is not among 127\.0\.0\.1 \(lo\), 10\.0\.0\.5 \(eth0\), .* → Take --address 10\.0\.0\.5/,
    ],
    ['127.0.0.1', /^problem: 127\.0\.0\.1 is loopback.* → Take --address 10\.0\.0\.5/],
    ['', /^problem: no host address set → Take --address 10\.0\.0\.5/],
  ])('%j', async (wanted, expected) =>
    expect(line(await probe(address, { addresses }, { config: { address: wanted } }))).toMatch(expected),
  );
  test('a host without any is told so', async () =>
    expect(line(await probe(address, { addresses: [lo] }, { config: { address: '' } }))).toMatch(
      /^problem: No IPv4 address that other hosts/,
    ));
});

describe('ports-free', () => {
  const ports = [
    { address: '10.0.0.5', port: 6443, protocol: 'tcp', what: 'Kubernetes API' },
    { address: '127.0.0.1', port: 6443, protocol: 'tcp', what: 'Kubernetes API' },
    { address: '10.0.0.5', port: 8472, protocol: 'udp', what: 'Flannel VXLAN' },
    { address: '10.0.0.5', port: 80, protocol: 'tcp', what: 'published port' },
    { address: '10.0.0.5', port: 3868, protocol: 'sctp', what: 'published port' },
  ];
  const api = { '10.0.0.5:6443/tcp': 'EADDRINUSE' };
  const start = { '/proc/sys/net/ipv4/ip_unprivileged_port_start': '1024\n' };
  test.each<[string, FakeHost, RegExp]>([
    ['all free', {}, /^ok: 10\.0\.0\.5:6443\/tcp, /],
    [
      'one taken',
      { listen: api, holders: { '6443/tcp': 'pasta.avx2 (pid 321)' } },
      /^problem: 10\.0\.0\.5:6443\/tcp \(Kubernetes API\) is taken by pasta\.avx2 \(pid 321\) → .*another port for: Kubernetes API$/,
    ],
    [
      'a UDP port taken',
      { listen: { '10.0.0.5:8472/udp': 'EADDRINUSE' }, holders: { '8472/udp': 'a process of user bob' } },
      /^problem: 10\.0\.0\.5:8472\/udp \(Flannel VXLAN\) is taken by a process of user bob →/,
    ],
    [
      'a port for administrators, which has a check of its own',
      { listen: { '10.0.0.5:80/tcp': 'EACCES' }, files: start },
      /^ok: /,
    ],
    [
      'a port that something else forbids',
      { listen: { '10.0.0.5:80/tcp': 'EACCES' } },
      /^problem: .*can not listen: EACCES/,
    ],
    ['any other error', { listen: { '10.0.0.5:80/tcp': 'ENOBUFS' } }, /^problem: .*can not listen: ENOBUFS/],
    [
      'an address of another host is left to its own check',
      { listen: { '10.0.0.5:80/tcp': 'EADDRNOTAVAIL' } },
      /^ok: /,
    ],
  ])('%s', async (_, host, expected) => expect(line(await probe(portsFree, host, { ports }))).toMatch(expected));
  test('two taken ports are told at once, one fix for one use', async () => {
    const listen = { ...api, '127.0.0.1:6443/tcp': 'EADDRINUSE' };
    const text = line(await probe(portsFree, { listen }, { ports }));
    expect(text.match(/is taken by/g)).toHaveLength(2);
    expect(text.match(/End that process/g)).toHaveLength(1);
  });
  test('without an engine nothing tells whose they are', async () =>
    expect(line(await probe(portsFree, { listen: api }, { ports, engine: undefined }))).toMatch(/^skip: no engine/));
  test('a node that runs holds its own ports', async () =>
    expect(line(await probe(portsFree, { listen: api }, { ports, nodeRuns: true }))).toMatch(/^skip: /));
});

describe('disk-space', () => {
  const store = '/home/alice/.local/share/containers/storage';
  test.each<[string, FakeHost, RegExp]>([
    ['enough', { free: 69.6e9 }, new RegExp(`^ok: 69\\.6 GB free in ${store} \\(podman info\\)$`)],
    ['too little', { free: 4.9e9 }, new RegExp(`^problem: 4\\.9 GB free in ${store}.* → Free`)],
    ['few files left', { free: 69.6e9, freeFiles: 900 }, /^problem: 69\.6 GB free, room for 900 files in .* → Free/],
    ['not readable', {}, /^ok: .*can not be read$/],
  ])('%s', async (_, host, expected) => expect(line(await probe(diskSpace, host))).toMatch(expected));
  test("an engine that does not tell its folder has it in the user's", async () =>
    expect(line(await probe(diskSpace, { free: 1 }, { engine: undefined }))).toMatch(
      /free in \/home\/alice\/\.local\/share \(where rootless engines keep it\) →/,
    ));
});

const published = (hostPort: number, protocol: 'tcp' | 'udp' = 'tcp') => ({
  address: '10.0.0.5',
  hostPort,
  nodePort: 1,
  protocol,
});

test('published ports are told with the setting that moves them', () => {
  const ports = { apiserver: 16443, kubelet: 10250, flannel: 8472, etcd: 2379 };
  const uses = portUses(ports, [
    published(16443),
    published(2380),
    published(8472, 'udp'),
    published(8472),
    published(30080),
  ]);
  expect(uses.map(({ what }) => what)).toEqual([
    'Kubernetes API, --port-apiserver',
    'etcd peers, one above --port-etcd',
    'Flannel VXLAN, --port-flannel',
    'published port, --publish',
    'published port, --publish',
  ]);
  expect(uses[0]).toMatchObject({ address: '10.0.0.5', port: 16443, protocol: 'tcp' });
});
