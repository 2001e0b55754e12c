import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clockFinding } from '../../../../src/preflight/peer/clock.ts';
import { tryDatagram } from '../../../../src/preflight/peer/datagram.ts';
import { closedPorts, readFirewall } from '../../../../src/preflight/peer/firewall.ts';
import { get } from '../../../../src/preflight/peer/https.ts';
import { rangesFinding } from '../../../../src/preflight/peer/ranges.ts';
import { eth0, fakeHost, line } from '../fake.ts';

describe('clocks', () => {
  const NOON = Date.UTC(2026, 10, 21, 12);
  const host2 = (seconds: number) =>
    line(clockFinding({ host: 'host2', now: NOON + seconds * 1000 }, { host: 'host1', now: NOON }));
  it.each([
    [0, /^ok: .* 0 s apart/],
    [299, /^ok: .* 5 min apart/],
    [-299, /^ok/],
    [301, /^problem: the clock of host2 is 5 min ahead of that of host1/],
    [7200, /2 h 0 min ahead of that of host1: host2 says 2026-11-21T14:00:00.000Z, host1 says 2026-11-21T12:00/],
    [-7500, /2 h 5 min behind that of host1.* → .*timedatectl/],
  ])('%i s apart', (seconds, expected) => expect(host2(seconds)).toMatch(expected));
});

describe('networks of a host in the ranges of a cluster', () => {
  const ranges = { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12' };
  const on = (name: string, address: string, prefix: number) => ({
    interface: name,
    address,
    prefix,
    defaultRoute: false,
  });
  it.each([
    ['none', [eth0], /^ok/],
    [
      'a network in the pod range',
      [eth0, on('eth1', '10.244.5.1', 24)],
      /^problem: 10\.244\.5\.0\/24 on eth1 of host2 is in the cluster's pod range/,
    ],
    ['a network around the service range', [on('eth1', '10.5.0.1', 8)], /service range 10\.96\.0\.0\/12/],
    ['a network of a container tool', [eth0, on('cni0', '10.244.0.1', 24)], /^ok/],
  ])('%s', (_, addresses, expected) => expect(line(rangesFinding('host2', addresses, ranges))).toMatch(expected));
});

const LIST =
  'public (active)\n  target: default\n  interfaces: eth0\n  services: ssh\n  ports: 6443/tcp 8000-9000/udp\n  rich rules:\n';
const RUNS = { 'firewall-cmd --state': 'running\n', 'firewall-cmd --get-zone-of-interface=eth0': 'public\n' };

describe('the firewall of this host', () => {
  const read = (host: Parameters<typeof fakeHost>[0]) => readFirewall(fakeHost(host), eth0.address);
  it.each([
    ['none', {}, undefined],
    ['ufw, switched off', { files: { '/etc/ufw/ufw.conf': 'ENABLED=no\n' } }, undefined],
    ['ufw', { files: { '/etc/ufw/ufw.conf': '# x\nENABLED=yes\n' } }, { name: 'ufw', zone: '', open: undefined }],
    [
      'firewalld that tells nothing',
      { commands: { 'systemctl is-active --quiet firewalld.service': '' } },
      { name: 'firewalld', zone: '', open: undefined },
    ],
    ['firewalld that tells the zone', { commands: RUNS }, { name: 'firewalld', zone: 'public', open: undefined }],
    [
      'firewalld that tells all',
      { commands: { ...RUNS, 'firewall-cmd --zone=public --list-all': LIST } },
      { name: 'firewalld', zone: 'public', open: ['6443/tcp', '8000-9000/udp'] },
    ],
    [
      'a zone that accepts all',
      { commands: { ...RUNS, 'firewall-cmd --zone=public --list-all': LIST.replace('default', 'ACCEPT') } },
      { name: 'firewalld', zone: 'public', open: ['0-65535/tcp', '0-65535/udp'] },
    ],
  ])('%s', async (_, host, expected) => expect(await read(host)).toEqual(expected));

  it('keeps out what is in no range of its protocol', () => {
    const firewall = { name: 'firewalld', zone: 'public', open: ['6443/tcp', '8000-9000/udp'] } as const;
    expect(closedPorts(firewall, ['6443/tcp', '6443/udp', '8472/udp', '8472/tcp', '9001/udp'])).toEqual([
      '6443/udp',
      '8472/tcp',
      '9001/udp',
    ]);
  });
});

describe('the way to a UDP port', () => {
  it('is silent where something listens', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    expect(await tryDatagram('127.0.0.1', socket.address().port)).toBe('silent');
    socket.close();
  });
  it('is refused where nothing does', async () => expect(await tryDatagram('127.0.0.1', 9)).toBe('refused'));
});

describe('a GET by HTTPS', () => {
  const from = async (server: ReturnType<typeof createTcp>) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const reply = await get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/' });
    server.close();
    return reply;
  };
  it('tells who takes the connection and no more', async () => {
    expect(await from(createTcp((socket) => socket.destroy()))).toMatchObject({
      reached: true,
      status: 0,
      clock: undefined,
    });
  });
  it('tells who speaks something else', async () => {
    expect(await from(createServer())).toMatchObject({ reached: true, status: 0 });
  });
  it('tells where nothing listens', async () => {
    expect(await get({ host: '127.0.0.1', port: 9, path: '/' })).toMatchObject({
      reached: false,
      problem: expect.stringContaining('connection refused') as string,
    });
  });
});
