import type { Remedy } from '../../../../src/preflight/remedy.ts';
import type { CheckReport } from '../../../../src/preflight/types.ts';

/** Every kind of remedy, as the checks make them; tools and the folder of modules are the sandbox's. */
export const REMEDIES = {
  'user-namespaces': {
    kind: 'sysctl',
    file: '/etc/sysctl.d/99-rkube-userns.conf',
    values: { 'user.max_user_namespaces': 28_633 },
  },
  'id-map-tools': {
    kind: 'package',
    tools: ['mapper-of-test'],
    names: { 'apt-get': 'uidmap', dnf: 'shadow-utils', zypper: 'shadow', pacman: 'shadow', apk: 'shadow-uidmap' },
  },
  capabilities: {
    kind: 'capabilities',
    programs: { '/var/lib/tools/newuidmap': 'cap_setuid', '/var/lib/tools/newgidmap': 'cap_setgid' },
  },
  subuid: { kind: 'subids', file: 'subuid', user: 'alice', start: 165_536, count: 65_536, local: true },
  subgid: { kind: 'subids', file: 'subgid', user: 'alice', start: 100_000, count: 65_536, local: true },
  'cgroup-controllers': {
    kind: 'unit',
    path: '/etc/systemd/system/user@.service.d/delegate.conf',
    lines: ['[Service]', 'Delegate=cpu cpuset io memory pids'],
    afterwards: 'log out of all sessions and in again',
  },
  lingering: { kind: 'linger', user: 'alice' },
  'kernel-vxlan': { kind: 'modules', modules: ['vxlan'], atBoot: false },
  'kernel-nftables': { kind: 'modules', modules: ['nf_tables', 'nft_chain_nat'], atBoot: true },
  inotify: {
    kind: 'sysctl',
    file: '/etc/sysctl.d/99-rkube-inotify.conf',
    values: { 'fs.inotify.max_user_instances': 512, 'fs.inotify.max_user_watches': 524_288 },
  },
  'ping-group-range': {
    kind: 'switch',
    file: '/etc/sysctl.d/99-rkube-ping.conf',
    key: 'net.ipv4.ping_group_range',
    value: '0 2147483647',
  },
  'low-ports': {
    kind: 'switch',
    file: '/etc/sysctl.d/99-rkube-ports.conf',
    key: 'net.ipv4.ip_unprivileged_port_start',
    value: '80',
    instead: 'Choose ports from 1024 on',
  },
  'open-files': {
    kind: 'file',
    path: '/etc/security/limits.d/99-rkube-nofile.conf',
    lines: ['alice hard nofile 524288'],
    afterwards: 'log out of all sessions and in again',
  },
  processes: {
    kind: 'unit',
    path: '/etc/systemd/system/user-.slice.d/99-rkube-tasks.conf',
    lines: ['[Slice]', 'TasksMax=32768'],
    afterwards: 'log out of all sessions and in again',
  },
  'kernel-version': { kind: 'manual', text: 'Install a newer kernel and reboot' },
} as const satisfies Record<string, Remedy>;

export const ALICE = { hostname: 'host1', user: 'alice', uid: 1001 };

/** What a check says that found this remedy. */
export function report(id: string, remedy?: Remedy, evidence = `what ${id} read`): CheckReport {
  const finding = remedy
    ? ({ state: 'problem', evidence, fix: 'as the remedy says', remedy } as const)
    : ({ state: 'ok', evidence } as const);
  return { id, page: `docs/doctor/${id}.md`, title: `${id} is right`, severity: 'fatal', root: true, finding };
}

export const EVERYTHING = Object.entries(REMEDIES).map(([id, remedy]) => report(id, remedy));
