import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { runChecks } from '../../../src/preflight/run.ts';
import { recordedHost } from '../../fixtures/hosts/load.ts';

// What a fresh user meets on a fresh install: what each distribution is, not what the checks say of it today.

/** Host → ids of all checks that find a problem there; after `-` some that must not judge. */
const EXPECTED: Readonly<Record<string, string>> = {
  'debian-12': 'lingering inotify',
  'debian-13': 'lingering inotify',
  'ubuntu-22.04': 'cgroup-controllers lingering inotify',
  'ubuntu-22.04-raspi': 'cgroup-controllers lingering kernel-vxlan inotify',
  'raspberry-pi-os-12': 'cgroup-controllers lingering inotify',
  'ubuntu-24.04': 'lingering inotify',
  'ubuntu-24.04-home-engine': 'engine-found apparmor-userns id-map-tools lingering inotify',
  'fedora-43': 'lingering inotify',
  'rhel-8': 'cgroup-v2 lingering kernel-version inotify - cgroup-controllers',
  'rhel-9': 'cgroup-controllers lingering inotify',
  'rhel-9-stig': 'engine-found user-namespaces cgroup-controllers lingering inotify',
  'rhel-10': 'lingering inotify',
  'opensuse-leap-15.6': 'lingering inotify',
  'opensuse-tumbleweed-vm': 'lingering kernel-vxlan inotify',
  arch: 'lingering',
  'arch-upgraded': 'lingering kernel-vxlan kernel-nftables kernel-overlay',
  'arch-hardened': 'engine-found user-namespaces lingering',
  'nixos-25.05': 'lingering',
  'wsl2-ubuntu-24.04': 'lingering inotify',
  'wsl2-hybrid': 'cgroup-v2 user-manager inotify - cgroup-controllers lingering',
  'alpine-3.22': 'id-map-tools subuid subgid cgroup-controllers user-manager inotify - lingering',
};

describe('a fresh user on a fresh install', () => {
  test.each(Object.entries(EXPECTED))('%s: %s', async (host, expected) => {
    const reports = await runChecks(CHECKS, recordedHost(host));
    const ids = (state: string): string[] =>
      reports.filter(({ finding }) => finding.state === state).map(({ id }) => id);
    const [problems = '', skipped = ''] = expected.split(' - ');
    expect(ids('problem').join(' ')).toBe(problems);
    expect(ids('skip')).toEqual(expect.arrayContaining(skipped.split(' ').filter(Boolean)));
  });

  test('no host of the fixtures is left out', () => {
    const files = readdirSync(new URL('../../fixtures/hosts', import.meta.url)).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(files.map((name) => name.slice(0, -'.yaml'.length)).sort()).toEqual(Object.keys(EXPECTED).sort());
  });
});
