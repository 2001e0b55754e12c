import { expect, test } from 'vitest';
import { curable } from '../../../src/preflight/finding.ts';
import { inNixTerms } from '../../../src/preflight/nixos.ts';
import type { Remedy } from '../../../src/preflight/remedy.ts';
import { REMEDIES } from './administrator/remedies.ts';
import { probe } from './fake.ts';

const check = (remedy: Remedy) =>
  inNixTerms({ id: 'one', title: 'one', severity: 'fatal', probe: async () => curable('seen', remedy) });
const NIXOS = { files: { '/etc/os-release': 'NAME=NixOS\nID=nixos\n' } };

test.each<[keyof typeof REMEDIES, RegExp]>([
  ['inotify', /: boot\.kernel\.sysctl\."fs\.inotify\.max_user_instances" = 512; boot\.kernel/],
  ['low-ports', /: boot\.kernel\.sysctl\."net\.ipv4\.ip_unprivileged_port_start" = "80";/],
  [
    'open-files',
    /: security\.pam\.loginLimits = \[ \{ domain = "alice"; type = "hard"; item = "nofile"; value = "524288"; \} \];/,
  ],
  ['processes', /systemd\.slices\."user-" = \{ overrideStrategy = "asDropin"; sliceConfig\.TasksMax = "32768"; \};/],
  ['subuid', /: users\.users\.alice\.subUidRanges = \[ \{ startUid = 165536; count = 65536; \} \];/],
  ['subgid', /subGidRanges = \[ \{ startGid = 100000;/],
  ['lingering', /users\.users\.alice\.linger = true;/],
  [
    'cgroup-controllers',
    /systemd\.services\."user@" = \{ overrideStrategy = "asDropin"; serviceConfig\.Delegate = "cpu cpuset io memory pids"; \};/,
  ],
  ['kernel-nftables', /boot\.kernelModules = \[ "nf_tables" "nft_chain_nat" \];.*boot\.blacklistedKernelModules/],
  ['id-map-tools', /virtualisation\.podman\.enable = true;.*\/run\/wrappers\/bin/],
  ['capabilities', /\/run\/wrappers\/bin/],
])('on NixOS the fix of %s is an option, and nothing for a script', async (id, expected) => {
  const finding = await probe(check(REMEDIES[id]), NIXOS);
  expect(finding).toMatchObject({ fix: expect.stringMatching(expected), remedy: { kind: 'manual' } });
  expect(finding).toMatchObject({ fix: expect.stringMatching(/^In .*configuration\.nix: .*nixos-rebuild switch$/) });
});

test.each([
  ['what no script should do stays as it is', REMEDIES['kernel-version'], NIXOS],
  ['elsewhere nothing changes', REMEDIES.inotify, { files: { '/etc/os-release': 'ID=debian\n' } }],
])('%s', async (_, remedy, host) => expect(await probe(check(remedy), host)).toEqual(curable('seen', remedy)));
