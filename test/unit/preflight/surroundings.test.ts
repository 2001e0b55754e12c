import { describe, expect, test } from 'vitest';
import { clock } from '../../../src/preflight/checks/clock.ts';
import { dns } from '../../../src/preflight/checks/dns.ts';
import { lowPorts } from '../../../src/preflight/checks/low-ports.ts';
import { pingGroupRange } from '../../../src/preflight/checks/ping-group-range.ts';
import { proxies } from '../../../src/preflight/checks/proxies.ts';
import { bypasses } from '../../../src/preflight/proxies.ts';
import { type FakeHost, line, podman, probe } from './fake.ts';

const docker = { ...podman, kind: 'docker' as const };

describe('low-ports', () => {
  const start = (first: number) => ({ '/proc/sys/net/ipv4/ip_unprivileged_port_start': `${first}\n` });
  const port = (number: number) => ({
    address: '10.0.0.5',
    port: number,
    protocol: 'tcp',
    what: 'published port, --publish',
  });
  const ports = [port(443), port(80), port(6443)];
  const rootlesskit = { stats: { '/usr/bin/rootlesskit': { mode: 0o100755, uid: 0 } } };
  test.each<[string, FakeHost, object, RegExp]>([
    ['none asked for', { files: start(1024) }, { ports: [port(6443)] }, /^ok: .*ip_unprivileged_port_start is 1024$/],
    [
      'some asked for',
      { files: start(1024) },
      { ports },
      /^problem: .*is 1024; asked for: 443\/tcp \(published port, --publish\), 80\/tcp .* → .*net\.ipv4\.ip_unprivileged_port_start=80 > .*; or: Choose ports from 1024 on$/,
    ],
    ['free for everybody', { files: start(80) }, { ports }, /^ok: /],
    [
      'RootlessKit may',
      {
        files: start(1024),
        ...rootlesskit,
        commands: { 'getcap /usr/bin/rootlesskit': '/usr/bin/rootlesskit cap_net_bind_service=ep' },
      },
      { ports, engine: docker },
      /^ok: .*\/usr\/bin\/rootlesskit may open lower ones$/,
    ],
    [
      'RootlessKit may not',
      { files: start(1024), ...rootlesskit, commands: { 'getcap /usr/bin/rootlesskit': '' } },
      { ports, engine: docker },
      /^problem: /,
    ],
    ['not readable', {}, { ports }, /^skip: /],
  ])('%s', async (_, host, changes, expected) => expect(line(await probe(lowPorts, host, changes))).toMatch(expected));
});

describe('ping-group-range', () => {
  const files = (range: string, groups = '1001 ') => ({
    '/proc/sys/net/ipv4/ping_group_range': `${range}\n`,
    '/proc/self/status': `Name:\tnode\nUid:\t1001\t1001\t1001\t1001\nGid:\t1001\t1001\t1001\t1001\nGroups:\t${groups}\n`,
  });
  test.each<[string, Record<string, string>, RegExp]>([
    ['everybody', files('0\t2147483647'), /^ok: .*ping_group_range is 0 2147483647$/],
    [
      "nobody, the kernel's default",
      files('1\t0'),
      /^problem: .*is 1 0, without any group of alice.* → .*'net\.ipv4\.ping_group_range=0 2147483647' > \S+/,
    ],
    ['another group', files('100\t100'), /^problem: /],
    ['one of several groups', files('100\t100', '27 100 1001'), /^ok: /],
    ['not readable', {}, /^ok: .*can not be read$/],
  ])('%s', async (_, each, expected) => expect(line(await probe(pingGroupRange, { files: each }))).toMatch(expected));
});

describe('dns', () => {
  const domains = (count: number, length = 8) =>
    Array.from({ length: count }, (_, index) => `${String(index).padStart(length - 4, 'd')}.org`).join(' ');
  const stub = { '/etc/resolv.conf': 'nameserver 127.0.0.53\nsearch .\n' };
  const behind = { '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.53\nsearch example.org\n' };
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a server',
      { '/etc/resolv.conf': 'search a.org b.org\nnameserver 192.0.2.1\n' },
      /^ok: \/etc\/resolv\.conf: servers 192\.0\.2\.1, 2 search domains$/,
    ],
    [
      'the stub of systemd-resolved',
      { ...stub, ...behind },
      /^ok: \/run\/systemd\/resolve\/resolv\.conf: servers 192\.0\.2\.53, 1 search domains$/,
    ],
    [
      'servers of this host alone',
      { '/etc/resolv.conf': 'nameserver 127.0.0.1\nnameserver ::1\n' },
      /^ok: .*on this host alone/,
    ],
    ['none', {}, /^ok: .*servers none.*only names of the cluster/],
    ['as many domains as pods can have', { '/etc/resolv.conf': `search ${domains(29)}\n` }, /^ok: /],
    [
      'more',
      { '/etc/resolv.conf': `search ${domains(30)}\n` },
      /^problem: .*30 search domains \(\d+ characters\).* → Take search domains out/,
    ],
    ['long ones', { '/etc/resolv.conf': `search a\nsearch ${domains(20, 100)}\n` }, /^problem: .*20 search domains/],
  ])('%s', async (_, files, expected) => expect(line(await probe(dns, { files }))).toMatch(expected));
});

describe('proxies', () => {
  const url = 'http://proxy.example.org:3128';
  const rest = 'api.demo.rkube.internal, 10.0.0.5, 10.244.0.0/16, 10.96.0.0/12';
  const enough = 'localhost,.internal,10.0.0.0/8';
  const config = (noProxy?: string) => ({
    '/home/alice/.docker/config.json': JSON.stringify({ proxies: { default: { httpProxy: url, noProxy } } }),
  });
  test.each<[string, FakeHost, object, RegExp]>([
    ['none', {}, {}, /^ok: podman gives containers no proxy$/],
    [
      'one for everything',
      { env: { HTTPS_PROXY: url } },
      {},
      new RegExp(
        `^problem: HTTPS_PROXY of .* ask it for ${rest} → export NO_PROXY=\\.rkube\\.internal,10\\.0\\.0\\.5,`,
      ),
    ],
    ['one in small letters', { env: { http_proxy: url } }, {}, /^problem: HTTP_PROXY/],
    ['not for the cluster', { env: { HTTPS_PROXY: url, no_proxy: enough } }, {}, /^ok: /],
    [
      'with a password, which is not told',
      { env: { HTTPS_PROXY: 'http://alice:pw@proxy.example.org:3128' } },
      {},
      /: http:\/\/\*\*\*@proxy\.example\.org:3128, not for anything/,
    ],
    [
      'services left out',
      { env: { HTTPS_PROXY: url, NO_PROXY: '.internal,10.0.0.5,10.244.0.0/16' } },
      {},
      /^problem: .* ask it for 10\.96\.0\.0\/12 → .*NO_PROXY=\.internal,.*,10\.96\.0\.0\/12$/,
    ],
    [
      'not handed on',
      {
        env: { HTTPS_PROXY: url },
        files: { '/home/alice/.config/containers/containers.conf': '[containers]\nhttp_proxy = false\n' },
      },
      {},
      /^ok: /,
    ],
    [
      "the environment is not Docker's",
      { env: { HTTPS_PROXY: url } },
      { engine: docker },
      /^ok: docker gives containers no proxy$/,
    ],
    [
      'a client of Docker with one',
      { files: config() },
      { engine: docker },
      /^problem: \/home\/alice\/\.docker\/config\.json: .* → Set proxies\.default\.noProxy/,
    ],
    ['a client of Docker with exceptions', { files: config(enough) }, { engine: docker }, /^ok: /],
    ['a damaged configuration', { files: { '/home/alice/.docker/config.json': '{' } }, { engine: docker }, /^ok: /],
    ['no engine', { env: { HTTPS_PROXY: url } }, { engine: undefined }, /^skip: /],
  ])('%s', async (_, host, changes, expected) => expect(line(await probe(proxies, host, changes))).toMatch(expected));

  test.each([
    ['*', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.50', '10.0.0.5', false],
    ['10.0.0.0/24', '10.0.0.5', true],
    ['10.0.0.0/24', '10.0.0.0/16', false],
    ['10.0.0.0/8', '10.0.0.0/16', true],
    ['10.0.0.5', '10.0.0.0/16', false],
    ['rkube.internal', 'api.demo.rkube.internal', true],
    ['.RKUBE.internal', 'api.demo.rkube.internal', true],
    ['*.rkube.internal', 'api.demo.rkube.internal', true],
    ['other.internal', 'api.demo.rkube.internal', false],
    [' a, rkube.internal ', 'api.demo.rkube.internal', true],
    ['', '10.0.0.5', false],
  ])('exceptions %j hold for %s: %s', (exceptions, target, expected) =>
    expect(bypasses(exceptions, target)).toBe(expected),
  );
});

describe('clock', () => {
  const timesync = { stats: { '/run/systemd/timesync': { mode: 0o40755, uid: 998 } } };
  const up = (seconds: number) => ({ '/proc/uptime': `${seconds}.05 0.00\n` });
  test.each<[string, FakeHost, RegExp]>([
    [
      'synchronised',
      { ...timesync, files: { '/run/systemd/timesync/synchronized': '' } },
      /^ok: .*synchronized exists$/,
    ],
    ['not yet, after the boot', { ...timesync, files: up(60) }, /^ok: .*60 s ago$/],
    ['never', { ...timesync, files: up(4000) }, /^problem: systemd-timesyncd runs.* → Name one.*timesyncd\.conf/],
    ['by another service', { stats: { '/run/chrony': { mode: 0o40750, uid: 0 } } }, /^ok: \/run\/chrony exists/],
    ['by nobody', {}, /^ok: no time service to see/],
  ])('%s', async (_, host, expected) => expect(line(await probe(clock, host))).toMatch(expected));
});
