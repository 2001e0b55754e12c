import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { type FakeHost, fakeHost, line, podman, probe } from './fake.ts';

const check = (id: string) => {
  const found = CHECKS.find((each) => each.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};
const rootful = { ...podman, rootless: false };
const allowed = { config: { allowRootful: true } };

describe('engine-found', () => {
  test('says which engine answers', async () =>
    expect(line(await probe(check('engine-found')))).toBe('ok: podman 5.4.2, network pasta, ports not told'));
  test.each([
    ['docker: no answer within 10 s', /^problem: docker: no answer within 10 s → .*install/i],
    ['', /^problem: no Podman, Docker or nerdctl on PATH → /],
  ])('without one it says why (%j)', async (engineProblem, expected) =>
    expect(line(await probe(check('engine-found'), {}, { engine: undefined, engineProblem }))).toMatch(expected),
  );
  test('with the next step of what it found', async () => {
    const found = { engine: undefined, engineProblem: 'docker does not answer', engineNext: 'Start it.' };
    expect(line(await probe(check('engine-found'), {}, found))).toBe('problem: docker does not answer → Start it.');
  });
});

describe('engine-version', () => {
  const docker = { ...podman, kind: 'docker' as const, portDriver: 'builtin' };
  const nerdctl = { ...podman, kind: 'nerdctl' as const };
  test.each<[object, RegExp]>([
    [podman, /^ok: podman 5\.4\.2$/],
    [{ ...podman, version: '4.0.0' }, /^ok: /],
    [{ ...podman, version: '3.4.4' }, /^problem: podman 3\.4\.4: .* → Install podman 4\.0 or newer$/],
    [{ ...docker, version: '26.1.5+dfsg1' }, /^ok: /],
    [{ ...docker, version: '19.03.15' }, /^problem: .*cgroup v2.* → Install docker 20\.10/],
    [{ ...docker, version: '29.0.4' }, /^ok: /],
    [
      { ...docker, version: '29.0.4', portDriver: 'slirp4netns' },
      /^problem: .*issues\/51591.* → Update docker to 29\.1\.2/,
    ],
    [{ ...docker, version: '29.1.2', portDriver: 'slirp4netns' }, /^ok: /],
    [{ ...docker, version: '29.1.0' }, /^problem: .*do not resolve.* → Update docker to 29\.1\.1/],
    [{ ...docker, version: '29.1.1' }, /^ok: /],
    [{ ...nerdctl, version: '2.2.1' }, /^ok: /],
    [{ ...nerdctl, version: '1.7.7' }, /^problem: .* → Install nerdctl 2\.0/],
    [{ ...podman, version: 'of my own' }, /^ok: podman of my own$/],
  ])('%j', async (engine, expected) =>
    expect(line(await probe(check('engine-version'), {}, { engine: engine as typeof podman }))).toMatch(expected),
  );
});

describe('engine-cgroups', () => {
  const delegated = (text: string) => ({
    files: { '/sys/fs/cgroup/user.slice/user-1001.slice/user@1001.service/cgroup.controllers': `${text}\n` },
  });
  const daemon = {
    ...podman,
    kind: 'docker' as const,
    features: { ...podman.features, startsAtBoot: 'daemon' as const },
  };
  test.each<[string, FakeHost, object, RegExp]>([
    [
      "Podman in a session with less than the user's manager has",
      delegated('cpuset cpu memory pids'),
      { ...podman, controllers: ['memory', 'pids'] },
      /^ok: podman info: cgroups by systemd, memory pids; containers live below .*, which has cpuset cpu memory pids$/,
    ],
    [
      'Podman without systemd',
      {},
      { ...podman, cgroupDriver: 'cgroupfs', controllers: ['cpu', 'memory', 'pids'] },
      /^ok: .*cgroupfs, cpu memory pids; without a systemd user manager .* nothing else tells/,
    ],
    [
      'a daemon without cgroups',
      delegated('cpu memory pids'),
      { ...daemon, cgroupDriver: 'none', controllers: [] },
      /^problem: docker info: cgroups by none, no controllers: .* → Mend .*restart docker/,
    ],
  ])('%s', async (_, host, engine, expected) =>
    expect(line(await probe(check('engine-cgroups'), host, { engine: engine as typeof podman }))).toMatch(expected),
  );
  test('without an engine there is nothing to ask', async () =>
    expect(line(await probe(check('engine-cgroups'), {}, { engine: undefined }))).toMatch(/^skip: /));
});

describe('engine-rootless', () => {
  test.each([
    ['a rootless engine is right', {}, /^ok: podman says it is rootless/],
    ['a rootful engine is refused', { engine: rootful }, /^problem: podman says it runs as root.*→ .*--allow-rootful/],
    ['a rootful engine may be allowed', { engine: rootful, ...allowed }, /^ok: .*allowed by your settings/],
    ['without an engine there is nothing to ask', { engine: undefined }, /^skip: /],
  ])('%s', async (_, changes, expected) =>
    expect(line(await probe(check('engine-rootless'), {}, changes))).toMatch(expected),
  );
});

const on = (type: string, options = 'rw,relatime') => ({
  '/proc/self/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:25 / /home ${options} shared:2 - ${type} somewhere rw\n`,
});

describe('engine-storage', () => {
  const driver = (storageDriver: string) => ({ engine: { ...podman, storageDriver } });
  const zfs = (version: string) => ({ ...on('zfs'), '/sys/module/zfs/version': `${version}\n` });
  test.each<[string, Record<string, string>, object, RegExp]>([
    ['overlay on ext4', on('ext4'), {}, /^ok: podman info: driver overlay; .*storage is on ext4$/],
    ['overlay on btrfs', on('btrfs'), {}, /^ok: /],
    ['fuse-overlayfs', on('ext4'), driver('fuse-overlayfs'), /^ok: .*driver fuse-overlayfs/],
    ['vfs', on('ext4'), driver('vfs'), /^problem: .*driver vfs; .*copies every layer.* → Let the engine take overlay/],
    ['tmpfs', on('tmpfs'), {}, /^problem: .*on tmpfs: in memory.* → Move the storage/],
    ['in a container', on('overlay'), {}, /^problem: .*overlay does not stack/],
    ['an old ZFS', zfs('2.1.11-1'), {}, /^problem: .*needs OpenZFS 2\.2, this is 2\.1\.11-1/],
    ['a ZFS that can', zfs('2.3.1-1'), {}, /^ok: /],
    ['a ZFS of unknown version', on('zfs'), {}, /^ok: /],
    ['mounts that can not be seen', {}, {}, /^ok: .*can not be seen$/],
    ['no engine', on('tmpfs'), { engine: undefined }, /^skip: /],
  ])('%s', async (_, files, changes, expected) =>
    expect(line(await probe(check('engine-storage'), { files }, changes))).toMatch(expected),
  );
});

describe('store-file-system', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a local disk', on('xfs'), /^ok: .*storage \(podman info\) is on xfs, mounted at \/home$/],
    ['NFS', on('nfs4'), /^problem: .*nfs4, mounted at \/home: a network file system.* → Move .*graphroot/],
    ['sshfs', on('fuse.sshfs'), /^problem: .*network file system/],
    ['a disk of Windows', on('9p'), /^problem: .*no owners/],
    ['noexec', on('ext4', 'rw,nosuid,noexec'), /^problem: .*with noexec.* → Mount \/home without noexec, or move/],
    ['not visible', {}, /^ok: .*can not be seen/],
  ])('%s', async (_, files, expected) =>
    expect(line(await probe(check('store-file-system'), { files }))).toMatch(expected),
  );
});

describe('not-root', () => {
  test.each([
    ['an ordinary user is right', {}, {}, /^ok: user alice, uid 1001$/],
    ['root is refused', { uid: 0, user: 'root' }, {}, /^problem: user root, uid 0 → .*ordinary user/],
    ['root is refused with a rootful engine that is allowed', { uid: 0, user: 'root' }, allowed, /^problem: user root/],
  ])('%s', async (_, host, changes, expected) =>
    expect(line(await probe(check('not-root'), host, changes))).toMatch(expected),
  );
});

describe('checks of what rootless engines need', () => {
  const ids = [
    'user-namespaces',
    'apparmor-userns',
    'id-map-tools',
    'subuid',
    'subgid',
    'cgroup-controllers',
    'lingering',
    'user-manager',
    'engine-cgroups',
    'selinux',
    'subid-overlap',
    'open-files',
    'processes',
    'keyrings',
    'low-ports',
    'ping-group-range',
  ];
  test.each(ids)('%s is skipped with a rootful engine that is allowed', async (id) =>
    expect(line(await probe(check(id), {}, { engine: rootful, ...allowed }))).toMatch(/^skip: only rootless/),
  );
  test('they are not skipped with one that is refused: one run shows everything', async () =>
    expect(line(await probe(check('subuid'), {}, { engine: rootful }))).toMatch(/^problem: /));
});

test('no check needs a command on a sound host: doctor stays quick', async () => {
  const host = fakeHost({
    stats: { '/usr/bin/newuidmap': { mode: 0o104755, uid: 0 }, '/usr/bin/newgidmap': { mode: 0o104755, uid: 0 } },
  });
  const ran: string[] = [];
  const runner = {
    ...host.runner,
    run: (spec: { file: string }) => (ran.push(spec.file), Promise.reject(new Error('ran'))),
  };
  const { checkInput } = await import('./fake.ts');
  for (const each of CHECKS) await each.probe({ ...checkInput(), host: { ...host, runner } });
  expect(ran).toEqual([]);
});
