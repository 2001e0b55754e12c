import { describe, expect, test } from 'vitest';
import { cgroupControllers } from '../../../src/preflight/checks/cgroup-controllers.ts';
import { cgroupV2 } from '../../../src/preflight/checks/cgroup-v2.ts';
import { inotify } from '../../../src/preflight/checks/inotify.ts';
import { kernelNftables, kernelOverlay, kernelVxlan } from '../../../src/preflight/checks/kernel-modules.ts';
import { kernelTraps } from '../../../src/preflight/checks/kernel-traps.ts';
import { kernelVersion } from '../../../src/preflight/checks/kernel-version.ts';
import { line, podman, probe } from './fake.ts';

const config = (...options: string[]) => ({
  '/proc/config.gz': `#\n${options.map((each) => `CONFIG_${each}`).join('\n')}\n`,
});

const limits = (instances: number, watches: number) => ({
  '/proc/sys/fs/inotify/max_user_instances': `${instances}\n`,
  '/proc/sys/fs/inotify/max_user_watches': `${watches}\n`,
});

describe('cgroup-v2', () => {
  const files = { '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n' };
  test('the unified hierarchy is right', async () =>
    expect(line(await probe(cgroupV2, { files }))).toBe('ok: /sys/fs/cgroup/cgroup.controllers: cpu memory pids'));
  test.each<[string, Record<string, string>, RegExp]>([
    ['with systemd', { '/run/systemd/system': '' }, /^problem: .*absent → .*systemd\.unified_cgroup_hierarchy=1/],
    ['without', {}, /^problem: .*absent → Mount cgroup2/],
    ['in WSL', { '/proc/sys/kernel/osrelease': '5.15.1-microsoft-standard-WSL2\n' }, /→ In Windows: wsl --update/],
  ])('cgroup v1 is not: %s', async (_, files, expected) =>
    expect(line(await probe(cgroupV2, { files }))).toMatch(expected),
  );
  test('an engine that uses v1 all the same is told', async () =>
    expect(line(await probe(cgroupV2, { files }, { engine: { ...podman, cgroupVersion: 1 } }))).toMatch(
      /^problem: podman says cgroup v1/,
    ));
});

describe('cgroup-controllers', () => {
  const FILE = '/sys/fs/cgroup/user.slice/user-1001.slice/user@1001.service/cgroup.controllers';
  const kernel = { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids misc\n' };
  test.each([
    ['cpuset cpu io memory pids\n', /^ok: .*user@1001.*: cpuset cpu io memory pids$/],
    ['cpu memory pids\n', /^ok: .*without cpuset and io/],
    ['memory pids\n', /^problem: .*: memory pids; missing: cpu → .*Delegate=cpu cpuset io memory pids/],
    ['\n', /^problem: .*none; missing: cpu memory pids → /],
  ])('delegated: %j', async (text, expected) =>
    expect(line(await probe(cgroupControllers, { files: { ...kernel, [FILE]: text } }))).toMatch(expected),
  );
  const dropIn = (name: string, text: string) => ({
    ...kernel,
    [FILE]: 'memory pids\n',
    [`/etc/systemd/system/${name}`]: `[Service]\n${text}\n`,
  });
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'all, but is not read yet',
      dropIn('user@.service.d/delegate.conf', 'Delegate=cpu io memory pids'),
      /^problem: .*missing: cpu; .*user@\.service\.d\/delegate\.conf delegates them, but .*not read that yet → systemctl daemon-reload;/,
    ],
    [
      'all by a word',
      dropIn('user@1001.service.d/a.conf', 'Delegate=yes'),
      /user@1001\.service\.d\/a\.conf delegates them/,
    ],
    [
      'less',
      dropIn('user@.service.d/a.conf', 'Delegate=cpu\nDelegate=\nDelegate=memory pids'),
      /→ mkdir -p .*Delegate=/,
    ],
    [
      'all, but a later one takes it back',
      {
        ...dropIn('user@.service.d/a.conf', 'Delegate=yes'),
        '/run/systemd/system/user@.service.d/b.conf': 'Delegate=\n',
      },
      /→ mkdir -p .*Delegate=/,
    ],
    [
      'all, but masked by a file of the same name',
      { ...dropIn('user@.service.d/a.conf', ''), '/usr/lib/systemd/system/user@.service.d/a.conf': 'Delegate=yes\n' },
      /→ mkdir -p .*Delegate=/,
    ],
  ])('a drop-in that delegates %s', async (_, files, expected) =>
    expect(line(await probe(cgroupControllers, { files }))).toMatch(expected),
  );
  test.each([
    [['cpu', 'memory', 'pids', 'io', 'cpuset'], /^ok: docker reports: /],
    [['memory'], /^problem: docker reports: memory; missing: cpu pids/],
    [undefined, /^problem: no systemd user manager /],
  ])('without a user manager a daemon tells: %j', async (controllers, expected) => {
    const features = { ...podman.features, startsAtBoot: 'daemon' as const };
    const engine = { ...podman, kind: 'docker' as const, features, controllers };
    expect(line(await probe(cgroupControllers, { files: kernel }, { engine }))).toMatch(expected);
  });

  const CGROUP = '/sys/fs/cgroup/login';
  const login = {
    ...kernel,
    '/proc/self/cgroup': '0::/login\n',
    [`${CGROUP}/cgroup.controllers`]: 'cpu memory pids\n',
  };
  const all = { engine: { ...podman, controllers: ['cpu', 'memory', 'pids'] } };
  test.each<[string, number, Record<string, string>, RegExp]>([
    ['not of the user, no systemd', 0, {}, /^problem: .*login is of uid 0 → .*take a host with systemd/],
    [
      'not of the user',
      0,
      { '/run/systemd/system': '' },
      /^problem: .*login is of uid 0 → loginctl enable-linger alice$/,
    ],
    ['of the user', 1001, {}, /^ok: .*login\/cgroup\.controllers: cpu memory pids/],
  ])('without a user manager the cgroup of the login counts for Podman: %s', async (_, uid, more, expected) => {
    const host = { files: { ...login, ...more }, stats: { [CGROUP]: { mode: 0o40755, uid } } };
    expect(line(await probe(cgroupControllers, host, all))).toMatch(expected);
  });
  test('what the kernel itself lacks no delegation brings', async () => {
    const files = { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids\n', [FILE]: 'cpu pids\n' };
    expect(line(await probe(cgroupControllers, { files }))).toMatch(
      /^problem: .*without memory → .*cgroup_enable=memory/,
    );
  });
  test('is skipped before cgroup v2', async () =>
    expect(line(await probe(cgroupControllers, { files: { [FILE]: '' } }))).toMatch(/^skip: .*before cgroup v2/));
});

describe('kernel-version', () => {
  const file = '/proc/sys/kernel/osrelease';
  test.each([
    ['5.13.0', /^ok: 5\.13\.0$/],
    ['6.1.0-37-amd64', /^ok: /],
    ['10.0.1', /^ok: /],
    ['5.4.0-200-generic', /^problem: 5\.4\.0-200-generic; .* → /],
    ['4.18.0-553.el8.x86_64', /^problem: /],
    ['custom', /^ok: release not readable/],
  ])('%s', async (release, expected) =>
    expect(line(await probe(kernelVersion, { files: { [file]: `${release}\n` } }))).toMatch(expected),
  );
});

describe('kernel-traps', () => {
  const files = (release: string) => ({ '/proc/sys/kernel/osrelease': `${release}\n` });
  const pasta = (networkVersion: string) => ({ engine: { ...podman, networkVersion } });
  test.each<[string, string, object, RegExp]>([
    ['an older kernel', '6.8.0-45-generic', pasta('passt_0.0~git20240220.1e6f92b-1_amd64'), /^ok: 6\.8\.0.*none of/],
    ['a newer passt', '6.11.0', pasta('passt-0^20240326.g4988e2b-1.fc40.x86_64'), /^ok: /],
    [
      'both',
      '6.11.0-29-generic',
      pasta('passt_0.0~git20240220.1e6f92b-1_amd64'),
      /^problem: 6\.11\.0-29-generic with passt_0.*issues\/22052.* → Install passt of 2024_03_18/,
    ],
    ['an engine that does not tell', '6.11.0', pasta(''), /^ok: /],
    ['no engine', '6.11.0', { engine: undefined }, /^ok: /],
  ])('%s', async (_, release, changes, expected) =>
    expect(line(await probe(kernelTraps, { files: files(release) }, changes))).toMatch(expected),
  );
});

describe('kernel modules', () => {
  const nft = [
    'NF_TABLES=y',
    'NFT_NAT=y',
    'NFT_MASQ=y',
    'NFT_CT=y',
    'NFT_NUMGEN=y',
    'NFT_FIB_IPV4=y',
    'NFT_REJECT_IPV4=y',
  ];
  const release = { '/proc/sys/kernel/osrelease': '6.12.1\n' };
  const loadable = {
    ...release,
    '/lib/modules/6.12.1/modules.builtin': '',
    '/lib/modules/6.12.1/modules.dep': 'kernel/drivers/net/vxlan/vxlan.ko:\n',
  };
  const disabled = { '/proc/sys/kernel/modules_disabled': '1\n' };
  const blacklist = { '/etc/modprobe.d/hardening.conf': 'install vxlan /bin/false\n' };
  test.each<[string, typeof kernelVxlan, Record<string, string>, RegExp]>([
    ['built in', kernelVxlan, config('VXLAN=y'), /^ok: vxlan: built in$/],
    ['not visible', kernelVxlan, {}, /^ok: vxlan: not visible from here$/],
    [
      'not built',
      kernelVxlan,
      config('# VXLAN is not set'),
      /^problem: vxlan: not part of this kernel → Boot a kernel with vxlan/,
    ],
    ['loaded on first use', kernelVxlan, loadable, /^ok: vxlan: loaded by the kernel on first use$/],
    [
      'forbidden',
      kernelVxlan,
      { ...loadable, ...blacklist },
      /^problem: vxlan: present but kept.* → .*grep -rE 'vxlan' \/etc\/modprobe\.d/,
    ],
    [
      'forbidden by a file that one of /etc overrules',
      kernelVxlan,
      {
        ...loadable,
        '/usr/lib/modprobe.d/vendor.conf': 'blacklist vxlan\n',
        '/etc/modprobe.d/vendor.conf': 'options vxlan x=1\n',
      },
      /^ok: vxlan: loaded by the kernel on first use$/,
    ],
    [
      'loading is off',
      kernelVxlan,
      { ...loadable, ...disabled },
      /^problem: .* → .*> \/etc\/modules-load\.d\/rkube-vxlan\.conf, then reboot/,
    ],
    ['all of nftables', kernelNftables, config(...nft), /^ok: nf_tables, nft_chain_nat, .*: built in$/],
    [
      'nftables without masquerading',
      kernelNftables,
      config(...nft.filter((each) => !each.includes('MASQ'))),
      /^problem: .*nft_masq: not part.* → Boot a kernel with nft_masq/,
    ],
    ['overlay loaded', kernelOverlay, { '/proc/modules': 'overlay 212992 1 - Live 0x0\n' }, /^ok: overlay: loaded$/],
  ])('%s', async (_, check, files, expected) => expect(line(await probe(check, { files }))).toMatch(expected));
});

describe('inotify', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['room enough', limits(512, 65_536), /^ok: max_user_instances 512, max_user_watches 65536$/],
    [
      'few instances',
      limits(128, 65_536),
      /^problem: .*→ printf '%s\\n' fs\.inotify\.max_user_instances=512 > (\S+) && sysctl -p \1$/,
    ],
    ['few of both', limits(128, 8192), /^problem: .*max_user_instances=512 fs\.inotify\.max_user_watches=524288/],
    ['not readable', {}, /^ok: max_user_instances not readable/],
  ])('%s', async (_, files, expected) => expect(line(await probe(inotify, { files }))).toMatch(expected));
});
