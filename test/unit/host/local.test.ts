import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../../src/host/local.ts';
import { fakeHost } from '../preflight/fake.ts';

let root = '';
const { runner } = fakeHost();

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'rkube-host-'));
  mkdirSync(path.join(root, 'proc/net'), { recursive: true });
  writeFileSync(
    path.join(root, 'proc/net/route'),
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth1\t00000000\t01\t0003\t0\t0\t0\t00000000\n',
  );
  writeFileSync(path.join(root, 'proc/config.gz'), gzipSync('CONFIG_VXLAN=y\n'));
  writeFileSync(path.join(root, 'proc/broken.gz'), 'not gzip');
  symlinkSync('proc/net', path.join(root, 'link'));
});
afterAll(() => rmSync(root, { recursive: true }));

const ipv4 = (address: string, prefix: number) =>
  ({ family: 'IPv4', address, netmask: '', mac: '', internal: false, cidr: `${address}/${prefix}` }) as const;
const ipv6 = {
  family: 'IPv6',
  address: 'fe80::1',
  netmask: '',
  mac: '',
  internal: false,
  cidr: 'fe80::1/64',
  scopeid: 2,
} as const;

function host(env: Record<string, string> = {}, userInfo: typeof os.userInfo = os.userInfo) {
  const system = {
    hostname: () => 'host1',
    homedir: () => '/home/alice',
    networkInterfaces: () => ({ eth0: [ipv6, ipv4('10.0.0.5', 24)], eth1: [ipv4('10.1.0.5', 16)] }),
    userInfo,
  };
  return localHost(runner, { env, root, os: system });
}

test('addresses are IPv4 only, with prefix and default route', async () => {
  expect(await host().addresses()).toEqual([
    { interface: 'eth0', address: '10.0.0.5', prefix: 24, defaultRoute: false },
    { interface: 'eth1', address: '10.1.0.5', prefix: 16, defaultRoute: true },
  ]);
});

test('a packed file is read unpacked', async () =>
  expect(await host().readFile('/proc/config.gz')).toBe('CONFIG_VXLAN=y\n'));

test.each(['/proc/absent', '/proc/net', '/proc/broken.gz'])('%s reads as absent', async (file) =>
  expect(await host().readFile(file)).toBeUndefined(),
);

test('files, folders and free space are found or undefined', async () => {
  expect(await host().stat('/proc/net/route')).toMatchObject({ uid: process.getuid?.() });
  expect(await host().stat('/proc/absent')).toBeUndefined();
  expect(await host().list('/proc/net')).toEqual(['route']);
  expect(await host().list('/absent')).toEqual([]);
  expect(await host().room('/proc')).toMatchObject({ bytes: expect.any(Number), files: expect.any(Number) });
  expect((await host().room('/proc'))?.bytes).toBeGreaterThan(0);
  expect(await host().room('/absent')).toBeUndefined();
});

test.each([
  ['/link/route', '/proc/net/route'],
  ['/link/absent/too', '/proc/net'],
  ['/absent', '/'],
])('%s is really %s', async (file, expected) => expect(await host().realPath(file)).toBe(expected));

test('HOME of the environment wins over that of the account', () => {
  expect(host().home).toBe('/home/alice');
  expect(host({ HOME: '/scratch/alice' }).home).toBe('/scratch/alice');
});

test('a user without an account entry is known by number, or by USER', () => {
  const nobody = (() => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  }) as typeof os.userInfo;
  expect(host({}, nobody)).toMatchObject({ uid: process.getuid?.(), user: String(process.getuid?.()) });
  expect(host({ USER: 'alice' }, nobody).user).toBe('alice');
});
