import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { problems, runChecks } from '../../../src/preflight/run.ts';
import { recordedHost } from '../../fixtures/hosts/load.ts';

// What a fresh user meets on a fresh install: what each distribution is, not what the checks say of it today.

/** Host → ids of all checks that find a problem there; after `-` some that must not judge. */
const EXPECTED: Readonly<Record<string, string>> = {
  'debian-12': 'lingering inotify ping-group-range',
  'debian-13': 'lingering inotify',
  'ubuntu-22.04': 'engine-version cgroup-controllers lingering inotify ping-group-range',
  'ubuntu-22.04-docker': 'cgroup-controllers lingering inotify ping-group-range - user-manager',
  'ubuntu-22.04-raspi': 'engine-version cgroup-controllers lingering kernel-vxlan inotify ping-group-range',
  'raspberry-pi-os-12': 'cgroup-controllers lingering inotify ping-group-range',
  'ubuntu-24.04': 'lingering inotify ping-group-range',
  'ubuntu-24.04-home-engine': 'engine-found apparmor-userns id-map-tools lingering inotify ping-group-range',
  'fedora-43': 'lingering inotify',
  'rhel-8': 'cgroup-v2 lingering kernel-version inotify - cgroup-controllers',
  'rhel-9': 'cgroup-controllers lingering inotify',
  'rhel-9-ipa': 'cgroup-controllers lingering inotify',
  'rhel-9-stig': 'engine-found user-namespaces cgroup-controllers lingering inotify',
  'rhel-10': 'lingering inotify',
  'opensuse-leap-15.6': 'lingering inotify',
  'opensuse-tumbleweed-vm': 'lingering kernel-vxlan inotify',
  arch: 'lingering',
  'arch-upgraded': 'lingering kernel-vxlan kernel-nftables kernel-overlay',
  'arch-hardened': 'engine-found user-namespaces lingering',
  'nixos-25.05': 'lingering',
  'wsl2-ubuntu-24.04': 'lingering inotify ping-group-range',
  'wsl2-hybrid': 'engine-version cgroup-v2 user-manager inotify ping-group-range - cgroup-controllers lingering',
  'alpine-3.22': 'id-map-tools subuid subgid cgroup-controllers user-manager inotify open-files - lingering',
};

/** Hosts prepared for nodes, where nodes really ran. */
const PREPARED = ['lab-forky-podman', 'lab-trixie-docker', 'lab-trixie-nerdctl', 'lab-trixie-podman'];

describe('a fresh user on a fresh install', () => {
  test.each(Object.entries(EXPECTED))('%s: %s', async (host, expected) => {
    const reports = await runChecks(CHECKS, recordedHost(host));
    const ids = (state: string): string[] =>
      reports.filter(({ finding }) => finding.state === state).map(({ id }) => id);
    const [wanted = '', skipped = ''] = expected.split(' - ');
    expect(ids('problem').sort()).toEqual(wanted.split(' ').sort());
    expect(ids('skip')).toEqual(expect.arrayContaining(skipped.split(' ').filter(Boolean)));
  });

  test('no host of the fixtures is left out', () => {
    const files = readdirSync(new URL('../../fixtures/hosts', import.meta.url)).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(files.map((name) => name.slice(0, -'.yaml'.length)).sort()).toEqual(
      [...Object.keys(EXPECTED), ...PREPARED].sort(),
    );
  });
});

test.each(PREPARED)('nothing is found where nodes really ran: %s', async (host) =>
  expect(problems(await runChecks(CHECKS, recordedHost(host)))).toEqual([]),
);

const reportOf = async (host: string, id: string) => {
  const checks = CHECKS.filter((check) => check.id === id);
  const [report] = await runChecks(checks, recordedHost(host));
  return report?.finding;
};

describe('what is right is seen where that distribution has it', () => {
  test.each<[string, string, RegExp]>([
    ['nixos-25.05', 'kernel-vxlan', /^vxlan: loaded by the kernel on first use$/],
    ['nixos-25.05', 'id-map-tools', /^\/run\/wrappers\/bin\/newuidmap is setuid root/],
    ['wsl2-ubuntu-24.04', 'kernel-nftables', /nf_tables, .*: built in; nft_ct, .*: loaded by the kernel on first use/],
    ['wsl2-hybrid', 'kernel-nftables', /^nf_tables, .*: built in$/],
    ['ubuntu-24.04', 'apparmor-userns', /is 1, and podman works all the same/],
    ['ubuntu-24.04', 'dns', /^\/run\/systemd\/resolve\/resolv\.conf: servers 192\.0\.2\.53/],
    ['fedora-43', 'id-map-tools', /newuidmap has cap_setuid; .*newgidmap has cap_setgid/],
    ['fedora-43', 'selinux', /^enforcing, and this session runs in unconfined_t/],
    ['rhel-9-ipa', 'subuid', /^getsubids .*: 65536 from 2147483648/],
    ['opensuse-leap-15.6', 'store-file-system', /is on btrfs/],
    ['alpine-3.22', 'ping-group-range', /999 59999/],
  ])('%s, %s', async (host, id, evidence) =>
    expect(await reportOf(host, id)).toMatchObject({
      state: 'ok',
      evidence: expect.stringMatching(evidence) as string,
    }),
  );
});

describe('the fix is one of that distribution', () => {
  test.each<[string, string, RegExp]>([
    ['ubuntu-22.04', 'cgroup-controllers', /user@\.service\.d\/delegate\.conf/],
    ['ubuntu-22.04-raspi', 'kernel-vxlan', /apt install linux-modules-extra-5\.15\.0-1005-raspi/],
    ['raspberry-pi-os-12', 'cgroup-controllers', /cgroup_enable=memory.*\/boot\/firmware\/cmdline\.txt/],
    ['ubuntu-24.04-home-engine', 'id-map-tools', /apt-get install uidmap/],
    ['ubuntu-24.04-home-engine', 'engine-found', /apt install podman uidmap passt/],
    ['ubuntu-24.04-home-engine', 'apparmor-userns', /AppArmor|profile/],
    ['rhel-8', 'cgroup-v2', /systemd\.unified_cgroup_hierarchy=1/],
    ['rhel-9-stig', 'user-namespaces', /user\.max_user_namespaces=\d+ > \/etc\/sysctl\.d/],
    ['rhel-9-stig', 'engine-found', /dnf install podman/],
    ['opensuse-tumbleweed-vm', 'kernel-vxlan', /zypper install kernel-default/],
    ['arch-upgraded', 'kernel-vxlan', /^Reboot/],
    ['arch-hardened', 'user-namespaces', /kernel\.unprivileged_userns_clone=1/],
    ['nixos-25.05', 'lingering', /configuration\.nix: users\.users\.alice\.linger = true;/],
    ['wsl2-hybrid', 'cgroup-v2', /wsl --update.*cgroup_no_v1=all/],
    ['wsl2-hybrid', 'user-manager', /systemd=true.*\/etc\/wsl\.conf/],
    ['alpine-3.22', 'id-map-tools', /apk add shadow-uidmap/],
    ['alpine-3.22', 'cgroup-controllers', /take a host with systemd/],
    ['alpine-3.22', 'user-manager', /no systemd.*@reboot/],
    ['alpine-3.22', 'open-files', /^Alpine, .* without PAM: rc_ulimit="-n 524288" in \/etc\/rc\.conf/],
  ])('%s, %s', async (host, id, expected) =>
    expect(await reportOf(host, id)).toMatchObject({
      state: 'problem',
      fix: expect.stringMatching(expected) as string,
    }),
  );
});
