import { describe, expect, test } from 'vitest';
import { docker } from '../../../src/engine/docker.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { podman } from '../../../src/engine/podman.ts';
import { openSocket, socketPath } from '../../../src/engine/socket.ts';
import { fakeApi } from '../../fixtures/engine/api.ts';
import { always, engineAt, hostWith } from './support.ts';

test.each([
  ['/run/user/1001/podman/podman.sock', '/run/user/1001/podman/podman.sock'],
  ['unix:///run/user/1002/docker.sock', '/run/user/1002/docker.sock'],
  ['tcp://192.0.2.1:2375', undefined],
  ['ssh://host2', undefined],
  ['npipe:////./pipe/docker_engine', undefined],
  ['', undefined],
])('the socket of address %j is %j', (address, path) => {
  expect(socketPath(address)).toBe(path);
});

describe('the socket', () => {
  const { signal } = new AbortController();

  test.each([
    ['told among its facts', (path: string) => ({ engine: engineAt(podman, path), host: hostWith({}) })],
    [
      "the docker client's own",
      (path: string) => ({
        engine: engineAt(docker, undefined),
        host: hostWith({}, { DOCKER_HOST: `unix://${path}` }),
      }),
    ],
  ])('%s, is taken when it answers', async (_, at) => {
    await using api = await fakeApi(() => {});
    const { engine, host } = at(api.path);
    expect(await openSocket(engine, host, signal)).toBeDefined();
    expect(api.requests).toEqual(['GET /_ping']);
  });

  test('is taken although DOCKER_HOST leads elsewhere', async () => {
    process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:2375';
    try {
      await using api = await fakeApi(() => {});
      expect(await openSocket(engineAt(podman, api.path), hostWith({}), signal)).toBeDefined();
    } finally {
      delete process.env['DOCKER_HOST'];
    }
  });

  test.each([
    ['nobody listens there', engineAt(podman, '/nonexistent/podman.sock')],
    ['the engine is on another host', engineAt(podman, '')],
    ['the engine has none', engineAt(nerdctl, undefined)],
  ])('is not taken when %s', async (_, engine) => {
    expect(await openSocket(engine, hostWith({}), signal)).toBeUndefined();
  });

  test('is not asked for by a dry run', async () => {
    await using api = await fakeApi(() => {});
    expect(await openSocket(engineAt(podman, api.path, always({})), hostWith({}), signal)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });
});
