import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  blockingLines,
  type ModuleSources,
  type ModuleState,
  moduleState,
  readModuleSources,
} from '../../../src/host/modules.ts';
import { fakeHost } from '../preflight/fake.ts';

const nothing: ModuleSources = {
  loaded: undefined,
  builtin: undefined,
  dep: undefined,
  config: undefined,
  replaced: false,
  modprobe: '',
  disabled: false,
};
const BUILTIN = 'kernel/fs/ext4/ext4.ko\n';
const DEP = 'kernel/drivers/net/vxlan/vxlan.ko.xz: kernel/net/ipv4/udp_tunnel.ko.xz\n';
const loadable = { loaded: 'nf_tables 380928 0 - Live 0x0\n', builtin: BUILTIN, dep: DEP };

describe('the state of the module vxlan', () => {
  test.each<[ModuleState, string, Partial<ModuleSources>]>([
    ['loaded', 'in /proc/modules', { ...loadable, loaded: 'vxlan 155648 0 - Live 0x0\n' }],
    ['loaded', 'loaded although blacklisted', { ...loadable, loaded: 'vxlan 1 0\n', modprobe: 'blacklist vxlan' }],
    ['builtin', 'in modules.builtin', { builtin: 'kernel/drivers/net/vxlan/vxlan.ko\n', dep: '' }],
    ['builtin', 'y in the configuration, no /lib/modules', { config: '#\nCONFIG_VXLAN=y\n' }],
    ['loadable', 'in modules.dep', loadable],
    [
      'replaced',
      'm in the configuration, only other kernels have modules',
      { config: '#\nCONFIG_VXLAN=m\n', replaced: true },
    ],
    ['unknown', 'm in the configuration, no /lib/modules', { config: '#\nCONFIG_VXLAN=m\n' }],
    ['unknown', 'only other kernels have modules, no configuration', { replaced: true }],
    [
      'loadable',
      'only another module is blacklisted',
      { ...loadable, modprobe: 'blacklist vxlan_foo\n# blacklist vxlan' },
    ],
    ['blocked', 'blacklisted', { ...loadable, modprobe: 'options a b=1\nblacklist vxlan\n' }],
    ['blocked', 'installed by /bin/false', { ...loadable, modprobe: 'install vxlan /bin/false' }],
    ['blocked', 'loading is switched off', { ...loadable, disabled: true }],
    ['absent', 'in neither list', { ...loadable, dep: 'kernel/net/foo.ko: kernel/drivers/net/vxlan/vxlan.ko\n' }],
    ['absent', 'not set in the configuration', { config: '#\n# CONFIG_VXLAN is not set\n' }],
    ['unknown', 'm in the configuration, no /lib/modules', { config: '#\nCONFIG_VXLAN=m\n' }],
    ['unknown', 'nothing can be read', {}],
    ['unknown', 'only the loaded modules can be read', { loaded: 'overlay 1 0\n' }],
  ])('is %s: %s', (expected, _, sources) => {
    expect(moduleState('vxlan', 'CONFIG_VXLAN', { ...nothing, ...sources })).toBe(expected);
  });

  test('a file may be spelt with - where the kernel has _', () => {
    const sources = { ...nothing, builtin: 'kernel/net/netfilter/nf-tables.ko\n', dep: '' };
    expect(moduleState('nf_tables', 'CONFIG_NF_TABLES', sources)).toBe('builtin');
  });

  test.each([
    'blacklist vxlan',
    ' blacklist\tvxlan ',
    'install vxlan /bin/false',
    'install vxlan false # no',
    'blacklist vxlan_foo',
    'blacklist vxlan # why',
    'install vxlan /bin/truely',
    'install vxlan /sbin/modprobe --ignore-install vxlan',
    '# blacklist vxlan',
    'options vxlan x=1',
  ])('is blocked by the lines that blockingLines names for grep, and no other: %s', (modprobe) => {
    const found = spawnSync('grep', ['-qE', blockingLines(['vxlan'])], { input: modprobe }).status === 0;
    const state = moduleState('vxlan', 'CONFIG_VXLAN', { ...nothing, ...loadable, modprobe });
    expect(found).toBe(state === 'blocked');
  });
});

test('the sources of the running kernel are read, and only .conf files of modprobe.d', async () => {
  const sources = await readModuleSources(
    fakeHost({
      files: {
        '/proc/sys/kernel/osrelease': '6.12.1-test\n',
        '/proc/sys/kernel/modules_disabled': '0\n',
        '/lib/modules/6.12.1-test/modules.dep': DEP,
        '/boot/config-6.12.1-test': 'CONFIG_VXLAN=m\n',
        '/etc/modprobe.d/a.conf': 'blacklist vxlan',
        '/etc/modprobe.d/b.conf.old': 'blacklist overlay',
      },
    }),
  );
  expect(sources).toMatchObject({ dep: DEP, builtin: undefined, config: 'CONFIG_VXLAN=m\n', disabled: false });
  expect(sources.modprobe).toContain('blacklist vxlan');
  expect(sources.modprobe).not.toContain('overlay');
});
