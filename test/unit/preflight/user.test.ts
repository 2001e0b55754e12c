import { describe, expect, test } from 'vitest';
import type { FileFacts } from '../../../src/host/types.ts';
import { apparmorUserns } from '../../../src/preflight/checks/apparmor-userns.ts';
import { idMapTools } from '../../../src/preflight/checks/id-map-tools.ts';
import { lingering } from '../../../src/preflight/checks/lingering.ts';
import { selinux } from '../../../src/preflight/checks/selinux.ts';
import { subidOverlap } from '../../../src/preflight/checks/subid-overlap.ts';
import { subgid, subuid } from '../../../src/preflight/checks/subids.ts';
import { userManager } from '../../../src/preflight/checks/user-manager.ts';
import { userNamespaces } from '../../../src/preflight/checks/user-namespaces.ts';
import { type FakeHost, line, podman, probe } from './fake.ts';

const MAX = '/proc/sys/user/max_user_namespaces';
const CLONE = '/proc/sys/kernel/unprivileged_userns_clone';

describe('user-namespaces', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ [MAX]: '96365\n' }, /^ok: .* is 96365$/],
    [{ [MAX]: '96365\n', [CLONE]: '1\n' }, /^ok: /],
    [{ [MAX]: '0\n' }, /^problem: .*max_user_namespaces is 0 → .*user\.max_user_namespaces=/],
    [
      { [MAX]: '0\n', [CLONE]: '0\n' },
      /^problem: .* is 0; .* is 0 → .*max_user_namespaces=\S+ kernel.unprivileged_userns_clone=1 >/,
    ],
    [{ [MAX]: '96365\n', [CLONE]: '0\n' }, /^problem: .*userns_clone is 0 → .*unprivileged_userns_clone=1/],
    [{}, /^problem: .* absent: this kernel has no user namespaces → .*CONFIG_USER_NS/],
  ])('%j', async (files, expected) => expect(line(await probe(userNamespaces, { files }))).toMatch(expected));
});

describe('apparmor-userns', () => {
  const files = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' };
  test('no restriction is right', async () => expect(line(await probe(apparmorUserns))).toMatch(/^ok: /));
  test('a restriction is right when the engine works', async () =>
    expect(line(await probe(apparmorUserns, { files }))).toMatch(/^ok: .* is 1, and podman works/));
  test('a restriction is told when no engine answers', async () =>
    expect(line(await probe(apparmorUserns, { files }, { engine: undefined }))).toMatch(
      /^problem: .*profile.*→ .*packages/,
    ));
});

const caps = (text: string) => ({ 'getcap /usr/bin/newuidmap': text, 'getcap /usr/bin/newgidmap': text });
const both = (facts: FileFacts) => ({ '/usr/bin/newuidmap': facts, '/usr/bin/newgidmap': facts });

describe('id-map-tools', () => {
  const root = { mode: 0o104755, uid: 0 };
  const plain = { mode: 0o100755, uid: 0 };
  const noCaps = { 'getcap /opt/bin/newuidmap': '', 'getcap /opt/bin/newgidmap': '' };
  test.each<[string, FakeHost, RegExp]>([
    [
      'setuid root',
      { stats: both(root) },
      /^ok: \/usr\/bin\/newuidmap is setuid root; \/usr\/bin\/newgidmap is setuid root$/,
    ],
    [
      'capabilities',
      { stats: both(plain), commands: caps('/x cap_setuid,cap_setgid=ep') },
      /^ok: .*newuidmap has cap_setuid/,
    ],
    ['no getcap to tell', { stats: both(plain) }, /^ok: .*can not be read/],
    [
      'setuid of another user',
      { stats: both({ mode: 0o104755, uid: 5 }), commands: caps('') },
      /^problem: .*neither setuid root/,
    ],
    [
      'no privilege',
      { stats: both(plain), commands: caps('') },
      /^problem: .*neither.* → setcap cap_setuid\+ep \/usr\/bin\/newuidmap && setcap cap_setgid\+ep \/usr\/bin\/newgidmap$/,
    ],
    [
      "no privilege, in a folder that need not be the system's",
      { stats: { '/opt/bin/newuidmap': plain, '/opt/bin/newgidmap': plain }, path: '/opt/bin', commands: noCaps },
      /^problem: .*neither.* → Install newuidmap and newgidmap \(/,
    ],
    ['one is missing', { stats: { '/usr/bin/newuidmap': root } }, /^problem: .*newgidmap not found → .*uidmap/],
    ['none', {}, /^problem: newuidmap not found; newgidmap not found → /],
  ])('%s', async (_, host, expected) => expect(line(await probe(idMapTools, host))).toMatch(expected));
});

describe('subuid and subgid', () => {
  const passwd = { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n' };
  test.each<[string, string | undefined, RegExp]>([
    ['a range by name', 'bob:100000:65536\nalice:165536:65536\n', /^ok: \/etc\/subuid: 65536 from 165536$/],
    ['a range by uid', '1001:100000:65536\n', /^ok: /],
    [
      'several ranges together',
      'alice:100000:40000\nalice:200000:40000\n',
      /^ok: .*40000 from 100000, 40000 from 200000/,
    ],
    [
      'too few ids',
      'alice:100000:2000\n',
      /^problem: .*only 2000 ids for alice, needed: 65536 → usermod --add-subuids 102000-167535 alice$/,
    ],
    [
      'another user only',
      'bob:100000:65536\nalice2:1:65536\n',
      /^problem: .*no range for alice.*→ usermod --add-subuids 165536-231071 alice$/,
    ],
    [
      'none, below the range of another',
      'carol:300000:65536\nbob:165536:65536\n',
      /^problem: .*no range for alice.*→ usermod --add-subuids 100000-165535 alice$/,
    ],
    ['no file', undefined, /^problem: .*no range for alice.*→ usermod --add-subuids 100000-165535 alice$/],
    ['garbage and comments', '#alice:1:65536\nalice\nalice:x:y\n', /^problem: .*no range for alice/],
  ])('%s', async (_, text, expected) => {
    const files = { ...passwd, ...(text === undefined ? {} : { '/etc/subuid': text }) };
    expect(line(await probe(subuid, { files }))).toMatch(expected);
  });
  test('a user of a directory service gets a line usermod could not write', async () =>
    expect(line(await probe(subgid, { files: { '/etc/passwd': 'root:x:0:0\n' } }))).toMatch(
      /→ echo alice:100000:65536 >> \/etc\/subgid$/,
    ));
  const sss = { '/etc/nsswitch.conf': 'passwd: files sss\nsubid: sss\n', '/etc/subgid': 'alice:1:65536\n' };
  test('a directory service that holds the ranges is asked, not the file', async () => {
    const commands = { 'getsubids -g alice': '0: alice 2147483648 65536\n' };
    expect(line(await probe(subgid, { files: sss, commands }))).toBe(
      'ok: getsubids (nsswitch.conf: subid: sss): 65536 from 2147483648',
    );
    expect(line(await probe(subgid, { files: sss, commands: { 'getsubids -g alice': '' } }))).toMatch(
      /^problem: getsubids .*no range for alice.* → Have 65536 ids given to alice by sss/,
    );
    // An engine can do without it.
    expect(line(await probe(subgid, { files: sss }))).toMatch(/^ok: getsubids .* is not installed/);
  });
});

describe('subid-overlap', () => {
  const passwd =
    'root:x:0:0::/:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\neve:x:120000:120000::/home/eve:/bin/sh\n';
  test.each<[string, string, RegExp]>([
    ['neighbours', 'bob:100000:65536\nalice:165536:65536\n', /^ok: /],
    ['the same user by name and number', 'alice:165536:65536\n1001:165536:65536\n', /^ok: /],
    [
      'another user',
      'bob:100000:65536\nalice:165535:65536\n',
      /^problem: \/etc\/subuid: ids 165535-231070 overlap with ids 100000-165535 of bob.* → Give alice ranges of their own/,
    ],
    ['an account', 'alice:100000:65536\n', /^problem: .*overlap with id 120000 of eve/],
    ['others among themselves', 'bob:300000:65536\ncarol:300000:65536\nalice:165536:65536\n', /^ok: /],
  ])('%s', async (_, subuid, expected) =>
    expect(line(await probe(subidOverlap, { files: { '/etc/passwd': passwd, '/etc/subuid': subuid } }))).toMatch(
      expected,
    ),
  );
  test('groups count like users', async () =>
    expect(line(await probe(subidOverlap, { files: { '/etc/subgid': 'alice:1:9\nbob:9:1\n' } }))).toMatch(
      /^problem: \/etc\/subgid: ids 1-9 overlap with id 9 of bob/,
    ));
});

describe('selinux', () => {
  const enforcing = (domain: string) => ({
    '/sys/fs/selinux/enforce': '1',
    '/proc/self/attr/current': `x_u:x_r:${domain}:s0\0`,
  });
  const policy = (text: string) => ({
    '/etc/selinux/config': '# SELINUX\nSELINUX=enforcing\nSELINUXTYPE=targeted\n',
    '/etc/selinux/targeted/contexts/files/file_contexts': text,
  });
  const none = { engine: undefined };
  test.each<[string, Record<string, string>, object, RegExp]>([
    ['none', {}, {}, /^ok: .*no SELinux$/],
    ['permissive', { '/sys/fs/selinux/enforce': '0' }, none, /^ok: .*only watches/],
    ['an ordinary user', enforcing('unconfined_t'), none, /^ok: enforcing, and this session runs in unconfined_t$/],
    [
      'a confined user without an engine',
      enforcing('user_t'),
      none,
      /^problem: .*user_t.* → .*semanage login .* alice$/,
    ],
    ['a confined user whose engine works', enforcing('staff_t'), {}, /^ok: /],
    [
      'labels that Podman needs',
      { ...enforcing('unconfined_t'), ...policy('/x system_u:object_r:container_file_t:s0\n') },
      {},
      /^ok: /,
    ],
    [
      'a policy without them',
      { ...enforcing('unconfined_t'), ...policy('/x system_u:object_r:etc_t:s0\n') },
      {},
      /^problem: .*container_file_t.* → Install .*container-selinux/,
    ],
    [
      'a policy without them, and an engine that needs none',
      { ...enforcing('unconfined_t'), ...policy('') },
      { engine: { ...podman, kind: 'docker' } },
      /^ok: /,
    ],
  ])('%s', async (_, files, changes, expected) =>
    expect(line(await probe(selinux, { files }, changes))).toMatch(expected),
  );
});

describe('lingering', () => {
  const systemd = { '/run/systemd/system': '' };
  test.each<[string, Record<string, string>, RegExp]>([
    ['on', { ...systemd, '/var/lib/systemd/linger/alice': '' }, /^ok: /],
    [
      'off',
      { ...systemd, '/var/lib/systemd/linger/bob': '' },
      /^problem: .*linger\/alice is absent.*→ loginctl enable-linger alice$/,
    ],
    ['no systemd', {}, /^skip: /],
  ])('%s', async (_, files, expected) => expect(line(await probe(lingering, { files }))).toMatch(expected));
});

describe('user-manager', () => {
  const daemon = { ...podman, features: { ...podman.features, startsAtBoot: 'daemon' as const } };
  test('a reachable manager is right', async () =>
    expect(line(await probe(userManager, { files: { '/run/user/1001/systemd/private': '' } }))).toMatch(/^ok: /));
  test.each<[string, Record<string, string>, RegExp]>([
    ['with systemd', { '/run/systemd/system': '' }, /^problem: .*absent.*boot.*→ .*enable-linger alice/],
    ['without', {}, /^problem: .*→ This host has no systemd: .*`rkube up`/],
    ['in WSL', { '/proc/sys/kernel/osrelease': '6.6.87.2-microsoft-standard-WSL2\n' }, /→ .*systemd=true.*wsl\.conf/],
  ])('without one the node does not start at boot: %s', async (_, files, expected) =>
    expect(line(await probe(userManager, { files }))).toMatch(expected),
  );
  test.each([daemon, undefined])('is only for engines that need it', async (engine) =>
    expect(line(await probe(userManager, {}, { engine }))).toMatch(/^skip: /),
  );
});
