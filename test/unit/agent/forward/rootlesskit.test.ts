import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootlessKit } from '../../../../src/agent/forward/rootlesskit.ts';
import type { Forwarder, HostPort } from '../../../../src/agent/types.ts';
import { Kit } from './kit.ts';

const HTTP: HostPort = {
  protocol: 'tcp',
  address: '192.0.2.1',
  port: 8080,
  target: { address: '192.0.2.1', port: 30080 },
  sources: [],
};
const DNS: HostPort = { ...HTTP, protocol: 'udp', port: 53053, target: { address: '192.0.2.1', port: 30053 } };
const SPEC = { proto: 'tcp4', parentIP: '192.0.2.1', parentPort: 8080, childIP: '172.18.0.2', childPort: 30080 };

const forwarder = ({ socket, memory }: Kit, ownAddress = '172.18.0.2'): Forwarder =>
  rootlessKit({ socket, memory, ownAddress });
const specs = (kit: Kit): unknown[] => kit.ports.map(({ spec }) => spec);

describe('ports by RootlessKit', () => {
  test('open towards the own address of the node, by IPv4 alone', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await ports.open(HTTP);
    await ports.open(DNS);
    expect(kit.log).toEqual([
      'POST tcp4 192.0.2.1:8080 172.18.0.2:30080',
      'POST udp4 192.0.2.1:53053 172.18.0.2:30053',
    ]);
    expect(await ports.list()).toEqual([HTTP, DNS]);
  });

  test('are open once, and closed once', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await Promise.all([ports.open(HTTP), ports.open(HTTP)]);
    await Promise.all([ports.close(HTTP), ports.close(HTTP)]);
    expect(kit.log).toEqual(['POST tcp4 192.0.2.1:8080 172.18.0.2:30080', 'DELETE 1']);
    expect(await ports.list()).toEqual([]);
  });

  test('get another target by being replaced', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await ports.open(HTTP);
    await ports.open({ ...HTTP, target: { ...HTTP.target, port: 30081 } });
    expect(specs(kit)).toEqual([{ ...SPEC, childPort: 30081 }]);
  });

  test('are known to the next process', async () => {
    await using kit = await new Kit().start();
    await forwarder(kit).open(HTTP);
    const next = forwarder(kit);
    expect(await next.list()).toEqual([HTTP]);
    await next.close(HTTP);
    expect(kit.ports).toEqual([]);
  });

  test('that others opened are not told and not closed', async () => {
    await using kit = await new Kit().start();
    kit.publish({ ...SPEC, childIP: '127.0.0.1' });
    const ports = forwarder(kit);
    expect(await ports.list()).toEqual([]);
    await ports.close(HTTP);
    expect(kit.log).toEqual([]);
  });

  test('of an earlier start of the engine are gone; an id that means another port now is left alone', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await ports.open(HTTP);
    await kit.stop();
    await kit.start();
    kit.publish({ ...SPEC, parentPort: 9000, childIP: '127.0.0.1' });
    await ports.close(HTTP);
    expect(kit.log).toHaveLength(1);
    expect(await ports.list()).toEqual([]);
    await ports.open(HTTP);
    expect(kit.ports.map(({ id }) => id)).toEqual([1, 2]);
  });

  test('that were asked for when the process was killed are found again', async () => {
    await using kit = await new Kit().start();
    let noted = '';
    kit.added = () => {
      noted = readFileSync(kit.memory, 'utf8');
    };
    await forwarder(kit).open(HTTP);
    // What a process that was killed before the answer had left.
    expect(JSON.parse(noted)).toEqual([{ spec: SPEC, port: HTTP }]);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(kit.memory, noted);
    const next = forwarder(kit);
    expect(await next.list()).toEqual([HTTP]);
    await next.close(HTTP);
    expect(kit.ports).toEqual([]);
  });

  test('towards an address that the node had before are removed', async () => {
    await using kit = await new Kit().start();
    await forwarder(kit).open(HTTP);
    const next = forwarder(kit, '172.18.0.3');
    expect(await next.list()).toEqual([]);
    expect(kit.ports).toEqual([]);
    await next.open(HTTP);
    expect(specs(kit)).toEqual([{ ...SPEC, childIP: '172.18.0.3' }]);
  });

  test('are noted for this user alone, whole or not at all', async () => {
    await using kit = await new Kit().start();
    await forwarder(kit).open(HTTP);
    expect(statSync(kit.memory).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(kit.memory)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(kit.memory))).toEqual(['node.ports.json']);
  });

  test.each([
    [
      'listen tcp4 192.0.2.1:8080: bind: address already in use',
      'port-taken',
      /^Port 192.0.2.1:8080\/tcp of the host is held by /,
    ],
    ['conflict with ID 3', 'port-taken', /is held by/],
    [
      "cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf (currently 1024): listen tcp4 192.0.2.1:80: bind: permission denied",
      'port-refused',
      /net\.ipv4\.ip_unprivileged_port_start is \d+$/,
    ],
    [
      'listen tcp4 192.0.2.9:80: bind: cannot assign requested address',
      'port-refused',
      /the host has no address 192.0.2.1$/,
    ],
    ['listen: something else', 'port-failed', /RootlessKit: listen: something else$/],
  ])('that can not be had say why: %s', async (words, id, message) => {
    await using kit = await new Kit().start();
    kit.refuses = words;
    const ports = forwarder(kit);
    await expect(ports.open(HTTP)).rejects.toMatchObject({ id, message: expect.stringMatching(message) as unknown });
    expect(await ports.list()).toEqual([]);
  });

  test('are none while the engine is away, and can be opened when it is back', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await ports.open(HTTP);
    await kit.stop();
    expect(await ports.list()).toEqual([]);
    await ports.close(HTTP);
    await expect(ports.open(HTTP)).rejects.toMatchObject({ id: 'rootlesskit-failed' });
    await kit.start();
    await ports.open(HTTP);
    expect(await ports.list()).toEqual([HTTP]);
    expect(kit.ports).toHaveLength(1);
  });

  test('stay when the process ends', async () => {
    await using kit = await new Kit().start();
    const ports = forwarder(kit);
    await ports.open(HTTP);
    await ports.end();
    expect(kit.ports).toHaveLength(1);
  });
});
