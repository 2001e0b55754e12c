import { describe, expect, test } from 'vitest';
import { forwarderFor } from '../../../../src/agent/forward/choose.ts';
import { forwarderPlace } from '../../../../src/agent/forward/place.ts';
import type { Site } from '../../../../src/cluster/site.ts';
import { Kit } from './kit.ts';

/** What a place is read from. */
function site(portDriver: string, rootlessKit: string, state: object | undefined): Site {
  return {
    node: { name: 'rkube-a-n1', state: () => Promise.resolve(state) },
    host: { env: { XDG_RUNTIME_DIR: '/run/user/7' }, uid: 7 },
    engine: { dialect: { setup: { rootlessKit } }, info: { portDriver } },
    config: { address: '192.0.2.1' },
  } as unknown as Site;
}
const RUNNING = { status: 'running', pid: 42 };
const PLACE = {
  container: 'rkube-a-n1',
  pid: 42,
  address: '192.0.2.1',
  ownAddress: '172.18.0.2',
  memory: '/run/user/7/rkube/rkube-a-n1.ports.json',
};

describe('the place of a node', () => {
  test.each([
    ['Docker', 'builtin', 'dockerd-rootless', '/run/user/7/dockerd-rootless/api.sock'],
    ['Docker whose RootlessKit cannot add ports', 'implicit', 'dockerd-rootless', ''],
    ['Podman', 'rootlessport', '', ''],
  ])('%s', async (_, driver, folder, rootlessKit) => {
    expect(await forwarderPlace(site(driver, folder, RUNNING), '172.18.0.2')).toEqual({ ...PLACE, rootlessKit });
  });

  test('a node with the address of the host has none of its own', async () => {
    const place = await forwarderPlace(site('pasta', '', RUNNING), '192.0.2.1');
    expect(place.ownAddress).toBe('');
  });

  test.each([[undefined], [{ ...RUNNING, status: 'stopped', pid: 0 }]])('none: %j', async (state) => {
    await expect(forwarderPlace(site('pasta', '', state), '')).rejects.toMatchObject({ id: 'node-not-running' });
  });
});

describe('the forwarder', () => {
  const port = (target: string, sources: string[] = []) => ({
    ...{ protocol: 'tcp' as const, address: '192.0.2.1', port: 8080, sources },
    target: { address: target, port: 30080 },
  });

  test.each([
    ['Podman', { ...PLACE, rootlessKit: '' }, 'relay'],
    ['a node that could not note its address', { ...PLACE, ownAddress: '', rootlessKit: '/x' }, 'relay'],
    ['Docker', { ...PLACE, rootlessKit: '/x' }, 'rootlesskit'],
  ])('of %s', (_, place, kind) => {
    expect(forwarderFor(place).kind).toBe(kind);
  });

  test.each([
    ['the node', port('192.0.2.1'), 1],
    // No process 0 can be entered: the relay was asked.
    ['a Service', port('10.96.0.7'), 'relay-failed'],
    ['some clients alone', port('192.0.2.1', ['10.0.0.0/8']), 'relay-failed'],
  ])('gives RootlessKit what it can do: %s', async (_, wanted, expected) => {
    await using kit = await new Kit().start();
    const ports = forwarderFor({ ...PLACE, pid: 0, rootlessKit: kit.socket, memory: kit.memory });
    const seen = await ports.open(wanted).then(
      () => kit.ports.length,
      (error: { id: string }) => error.id,
    );
    expect(seen).toBe(expected);
  });
});
