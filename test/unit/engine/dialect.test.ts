import { describe, expect, test } from 'vitest';
import { display } from '../../../src/core/command.ts';
import { docker } from '../../../src/engine/docker.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { podman } from '../../../src/engine/podman.ts';
import { result } from './support.ts';

describe('a command in the node', () => {
  test.each([
    [{}, 'podman exec n ls -l'],
    [{ stdin: '' }, 'podman exec --interactive n ls -l'],
    [{ terminal: 'none' }, 'podman exec n ls -l'],
    [{ terminal: 'stdin' }, 'podman exec --interactive n ls -l'],
    [{ terminal: 'tty' }, 'podman exec --interactive --tty n ls -l'],
    [{ env: { A: 'b c' } }, "podman exec --env 'A=b c' n ls -l"],
  ] as const)('%o', (options, line) => {
    expect(display(podman.exec('n', ['ls', '-l'], { effect: 'read', ...options }))).toBe(line);
  });

  test('keeps effect, deadline, secrets, input and the answer of a dry run', () => {
    const options = { effect: 'write', timeoutMs: 5, secrets: ['s3cret'], stdin: 'x', dry: '{}' } as const;
    expect(docker.exec('n', ['x'], options)).toMatchObject(options);
  });
});

describe('command lines', () => {
  test.each([
    [podman.removeContainer('n'), 'podman rm --force --ignore --time=0 n'],
    [docker.removeContainer('n'), 'docker rm --force n'],
    [nerdctl.stopContainer('n', 30), 'nerdctl stop -t 30 n'],
    [docker.inspectContainer('n'), 'docker container inspect n'],
    [docker.listContainers('k=v'), "docker ps --all --no-trunc --filter label=k=v --format '{{.Names}}'"],
    [podman.listVolumes('k'), "podman volume ls --filter label=k --format '{{.Name}}'"],
    [podman.listNetworks('k'), "podman network ls --filter label=k --format '{{.Name}}'"],
    [podman.ensureNetwork('n', { a: 'b', c: 'd' }), 'podman network create --label a=b --label c=d n'],
    [docker.ensureNetwork('n', {}), 'docker network create --opt com.docker.network.driver.mtu=65520 n'],
    [nerdctl.ensureNetwork('n', {}), 'nerdctl network create --opt com.docker.network.driver.mtu=65520 n'],
    [nerdctl.inspectVolume('v'), 'nerdctl volume inspect v'],
    [docker.createVolume('v', { a: 'b' }), 'docker volume create --label a=b v'],
    [docker.loadImage('/x.tar'), 'docker load --input /x.tar'],
    [docker.hasImage('r:1'), 'docker image inspect r:1'],
    [{ spec: podman.logs('n', true) }, 'podman logs --follow n'],
    [{ spec: podman.logs('n', false) }, 'podman logs n'],
  ])('%# %s', ({ spec }, line) => {
    expect(display(spec)).toBe(line);
  });

  test('what changes nothing is run by a dry run; what changes something is only shown', () => {
    const reads = [
      podman.hasImage('r'),
      podman.inspectContainer('n'),
      podman.listContainers('l'),
      podman.listVolumes('l'),
      podman.inspectVolume('v'),
      podman.listNetworks('l'),
    ];
    const writes = [
      podman.pullImage('r'),
      podman.loadImage('a'),
      podman.startContainer('n'),
      podman.stopContainer('n', 1),
      podman.removeContainer('n'),
    ];
    const more = [
      podman.ensureNetwork('n', {}),
      podman.removeNetwork('n'),
      podman.createVolume('v', {}),
      podman.removeVolume('v'),
    ];
    expect(reads.map(({ spec }) => spec.effect)).toEqual(reads.map(() => 'read'));
    expect([...writes, ...more].map(({ spec }) => spec.effect)).toEqual([...writes, ...more].map(() => 'write'));
  });

  test('stopping waits longer than the engine does', () => {
    expect(docker.stopContainer('n', 100).spec.timeoutMs).toBeGreaterThan(100_000);
  });
});

describe('an image is there', () => {
  test.each([
    ['found', { stdout: '[\n {"Id": "sha256:1"}\n]' }, true],
    ['Docker: not found', { exitCode: 1, stdout: '[]', stderr: 'Error response from daemon: No such image: r' }, false],
    ['Podman: not found', { exitCode: 125, stdout: '[]', stderr: 'Error: r: image not known' }, false],
    ['nerdctl: not found, silently', { stdout: '' }, false],
  ])('%s', (_, partial, expected) => {
    expect(docker.hasImage('r').parse(result(partial))).toBe(expected);
  });

  test('another failure is an error', () => {
    expect(() => docker.hasImage('r').parse(result({ exitCode: 1, stderr: 'Cannot connect' }))).toThrow(
      'Looking for image r',
    );
  });
});
