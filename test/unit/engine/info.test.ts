import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CommandResult, CommandSpec } from '../../../src/core/command.ts';
import { docker } from '../../../src/engine/docker.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { podman } from '../../../src/engine/podman.ts';
import type { Dialect, EngineInfo } from '../../../src/engine/types.ts';
import { result } from './support.ts';

const answer = (profile: string, verb: string): string =>
  readFileSync(new URL(`../../fixtures/engine/answers/${profile}.${verb}.json`, import.meta.url), 'utf8');

/** What rkube makes of a recorded engine. */
function told(profile: string): EngineInfo {
  const dialect = [podman, docker, nerdctl].find(({ kind }) => profile.startsWith(kind));
  const { specs, parse } = (dialect ?? podman).info();
  return parse(specs.map((spec) => result({ spec, stdout: answer(profile, spec.args[0] ?? '') })));
}

const features = (hostAddressInNode: boolean, startsAtBoot: string, needsVxlanChecksum: boolean) => ({
  hostAddressInNode,
  startsAtBoot,
  needsVxlanChecksum,
  // RootlessKit, and with it every rootless engine that has a daemon, maps all host addresses to one.
  portOnSeveralAddresses: startsAtBoot === 'user-unit',
  portsOnEveryAddress: false,
});

describe('what recorded engines tell of themselves', () => {
  const delegated = ['cpu', 'memory', 'pids'];
  test.each([
    [
      'podman-4.3.1',
      {
        rootless: true,
        networkDriver: 'slirp4netns',
        portDriver: 'rootlessport',
        controllers: delegated,
        storageDriver: 'vfs',
        storageFolder: '/home/user/.local/share/containers/storage',
        containers: 0,
        cgroupDriver: 'systemd',
      },
    ],
    [
      'podman-5.4.2',
      {
        rootless: true,
        networkDriver: 'pasta',
        networkVersion: 'passt_0.0~git20250503.587980c-2+deb13u1_amd64',
        portDriver: 'pasta',
        controllers: delegated,
        cgroupVersion: 2,
      },
    ],
    ['podman-5.4.2-rootful', { rootless: false, networkDriver: '', portDriver: '', controllers: [], cgroupVersion: 1 }],
    [
      'podman-5.8.6',
      {
        rootless: true,
        networkDriver: 'pasta',
        portDriver: 'pasta',
        controllers: ['cpu', 'io', 'memory', 'pids'],
        cgroupVersion: 2,
      },
    ],
    [
      'podman-6.0.0',
      { rootless: true, networkDriver: 'pasta', controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'] },
    ],
    [
      'docker-26.1.5',
      {
        rootless: true,
        version: '26.1.5+dfsg1',
        networkDriver: 'slirp4netns',
        portDriver: 'builtin',
        controllers: delegated,
        storageDriver: 'overlay2',
        storageFolder: '/home/user/.local/share/docker',
        containers: 0,
        cgroupDriver: 'systemd',
        cgroupVersion: 2,
      },
    ],
    ['docker-26.1.5-undelegated', { rootless: true, controllers: [], cgroupDriver: 'none' }],
    ['docker-26.1.5-rootful', { rootless: false, networkDriver: '', cgroupVersion: 2 }],
    [
      'docker-28.5.2',
      {
        rootless: true,
        version: '28.5.2+dfsg4',
        networkDriver: 'pasta',
        portDriver: 'implicit',
        controllers: delegated,
      },
    ],
    [
      'docker-28.5.2-slirp4netns',
      { rootless: true, networkDriver: 'slirp4netns', portDriver: 'builtin', controllers: delegated },
    ],
    [
      'docker-29.5.2',
      {
        rootless: true,
        networkDriver: 'gvisor-tap-vsock',
        portDriver: 'builtin',
        storageDriver: 'overlayfs',
        controllers: ['cpu', 'cpuset', 'memory', 'pids'],
      },
    ],
    [
      'nerdctl-2.2.1',
      { rootless: true, version: '2.2.1', networkDriver: '', storageDriver: 'overlayfs', controllers: delegated },
    ],
    ['nerdctl-2.2.1-containerd-2.1', { rootless: true, version: '2.2.1', networkDriver: '', controllers: delegated }],
    ['nerdctl-2.2.1-rootful', { rootless: false, storageFolder: '', containers: undefined }],
    ['nerdctl-2.3.1', { rootless: true, version: '2.3.1', networkDriver: 'gvisor-tap-vsock' }],
  ])('%s', (profile, expected) => {
    expect(told(profile)).toMatchObject(expected);
  });
});

describe('what that means for a node', () => {
  test.each([
    ['podman-4.3.1', features(false, 'user-unit', true)],
    ['podman-5.4.2', features(true, 'user-unit', false)],
    ['podman-5.4.2-rootful', features(false, 'user-unit', false)],
    ['podman-6.0.0', features(true, 'user-unit', false)],
    ['docker-26.1.5', features(false, 'daemon', true)],
    ['docker-26.1.5-rootful', { ...features(false, 'daemon', false), portOnSeveralAddresses: true }],
    ['docker-28.5.2', { ...features(false, 'daemon', false), portsOnEveryAddress: true }],
    ['docker-29.5.2', features(false, 'daemon', false)],
    ['nerdctl-2.2.1', features(false, 'daemon', true)],
    ['nerdctl-2.3.1', features(false, 'daemon', false)],
    ['nerdctl-2.2.1-containerd-2.1', features(false, 'daemon', true)],
    ['docker-28.5.2-slirp4netns', features(false, 'daemon', true)],
    ['podman-5.8.6', features(true, 'user-unit', false)],
  ])('%s', (profile, expected) => {
    expect(told(profile).features).toEqual(expected);
  });

  const changed = (change: (host: Record<string, unknown>) => void): EngineInfo => {
    const info = JSON.parse(answer('podman-5.4.2', 'info')) as { host: Record<string, unknown> };
    change(info.host);
    return podman.info().parse([result({ stdout: JSON.stringify(info) })]);
  };
  test.each([
    [
      'slirp4netns chosen in containers.conf',
      (host: Record<string, unknown>) => void (host['rootlessNetworkCmd'] = 'slirp4netns'),
      false,
      true,
    ],
    ['pasta not installed', (host: Record<string, unknown>) => void (host['pasta'] = { executable: '' }), false, false],
    [
      '5.0, which does not tell its network command',
      (host: Record<string, unknown>) => void delete host['rootlessNetworkCmd'],
      true,
      false,
    ],
  ])('podman 5 with %s', (_, change, hostAddressInNode, needsVxlanChecksum) => {
    expect(changed(change).features).toMatchObject({ hostAddressInNode, needsVxlanChecksum });
  });
});

describe('answers that are none', () => {
  const ask = (dialect: Dialect, partial: Partial<CommandResult>) => () =>
    dialect.info().parse(dialect.info().specs.map((spec: CommandSpec) => result({ spec, ...partial })));

  test.each([
    [
      'docker without a daemon, ending with 0',
      docker,
      { stdout: '{"ServerVersion":"","ServerErrors":["Cannot connect to the Docker daemon at unix:///x"]}' },
      /Cannot connect/,
    ],
    [
      'docker without a daemon, ending with 1',
      docker,
      { exitCode: 1, stderr: 'Cannot connect to the Docker daemon' },
      /exit code 1/,
    ],
    ['docker that is podman', docker, { stdout: answer('podman-5.4.2', 'info') }, /Podman's imitation/],
    ['no server version', nerdctl, { stdout: '{}' }, /no server version/],
    ['no JSON', podman, { stdout: 'Error' }, /Cannot read what `podman info --format json` printed/],
    ['other JSON', podman, { stdout: '{"host":{}}' }, /store/],
    ['failure', podman, { exitCode: 125, stderr: 'Error: newuidmap' }, /exit code 125/],
  ] as const)('%s', (_, dialect, partial, message) => {
    expect(ask(dialect, partial)).toThrow(message);
  });

  test('docker that speaks to Podman by its socket', () => {
    const version = {
      Client: { Version: '28.5.2' },
      Server: { Components: [{ Name: 'Podman Engine', Version: '5.4.2' }] },
    };
    const stdouts = [answer('docker-28.5.2', 'info'), JSON.stringify(version)];
    expect(() => docker.info().parse(stdouts.map((stdout) => result({ stdout })))).toThrow(/Podman's imitation/);
  });

  test('a version that does not come leaves only details out', () => {
    const [info, version] = docker.info().specs;
    if (info === undefined || version === undefined) throw new Error('expected two commands');
    const engine = docker
      .info()
      .parse([result({ spec: info, stdout: answer('docker-28.5.2', 'info') }), result({ spec: version, exitCode: 1 })]);
    expect(engine).toMatchObject({ rootless: true, networkDriver: '', features: { needsVxlanChecksum: true } });
  });
});

test('Podman tells that fuse-overlayfs mounts in place of the kernel', () => {
  const said = JSON.parse(answer('podman-5.4.2', 'info')) as { store: { graphOptions: object } };
  said.store.graphOptions = { 'overlay.mount_program': { Executable: '/usr/bin/fuse-overlayfs' } };
  const [spec] = podman.info().specs;
  if (spec === undefined) throw new Error('expected a command');
  expect(podman.info().parse([result({ spec, stdout: JSON.stringify(said) })]).storageDriver).toBe('fuse-overlayfs');
});

test.each([
  ['podman-5.4.2', '/run/user/65533/podman/podman.sock'],
  ['podman-4.3.1', '/run/user/65533/podman/podman.sock'],
  ['docker-26.1.5', undefined],
  ['nerdctl-2.2.1', undefined],
])('%s tells that its socket is %s', (profile, socket) => {
  expect(told(profile).socket).toBe(socket);
});
