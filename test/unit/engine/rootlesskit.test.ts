import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectEngine } from '../../../src/engine/detect.ts';
import { askRootlessKit } from '../../../src/engine/rootlesskit.ts';
import { fakeEngines } from '../../fixtures/engine/fake-engines.ts';

/** Serves on a socket in a folder of its own while `during` runs. */
async function serving<T>(path: string, listener: RequestListener, during: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-kit-'));
  const server = createServer(listener);
  try {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    await new Promise<void>((resolve) => server.listen(join(folder, path), resolve));
    return await during(folder);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const says =
  (status: number, body: string): RequestListener =>
  ({ url }, response) =>
    void response.writeHead(url === '/v1/info' ? status : 404).end(body);

// Recorded from RootlessKit 2.0.2 under Docker 26.1.5; folders replaced.
const RECORDED =
  '{"apiVersion":"1.1.1","version":"2.0.2","stateDir":"/run/user/1000/dockerd-rootless","childPID":193,"networkDriver":{"driver":"slirp4netns","dns":["10.0.2.3"],"childIP":"10.0.2.100"},"portDriver":{"driver":"builtin","protos":["tcp","tcp4","tcp6","udp","udp4","udp6"]}}';

describe('RootlessKit over its socket', () => {
  test.each([
    ['tells both drivers', 200, RECORDED, { networkDriver: 'slirp4netns', portDriver: 'builtin' }],
    ['tells no port driver', 200, '{"networkDriver":{"driver":"pasta"}}', { networkDriver: 'pasta', portDriver: '' }],
    ['fails', 500, RECORDED, undefined],
    ['tells something else', 200, '{"networkDriver":7}', undefined],
    ['tells no JSON', 200, 'hello', undefined],
  ])('%s', async (_, status, body, expected) => {
    await serving('api.sock', says(status, body), async (folder) => {
      expect(await askRootlessKit(join(folder, 'api.sock'))).toEqual(expected);
    });
  });

  test('is not there', async () => {
    expect(await askRootlessKit('/nowhere/api.sock')).toBeUndefined();
  });

  test('hangs: no longer than 3 s', async () => {
    await serving(
      'api.sock',
      () => {},
      async (folder) => {
        const before = performance.now();
        expect(await askRootlessKit(join(folder, 'api.sock'))).toBeUndefined();
        expect(performance.now() - before).toBeLessThan(4_000);
      },
    );
  });

  test.each([
    ['pasta', false],
    ['slirp4netns', true],
  ])('fills in for a nerdctl that does not tell: %s', async (driver, needsVxlanChecksum) => {
    using fakes = fakeEngines({ profiles: ['nerdctl-2.2.1'] });
    const body = JSON.stringify({ networkDriver: { driver }, portDriver: { driver: 'builtin' } });
    await serving('containerd-rootless/api.sock', says(200, body), async (folder) => {
      const place = { ...fakes.place, env: { XDG_RUNTIME_DIR: folder } };
      const { info } = await detectEngine(place, { engine: 'nerdctl', allowRootful: false });
      expect(info).toMatchObject({ networkDriver: driver, portDriver: 'builtin', features: { needsVxlanChecksum } });
    });
  });
});
