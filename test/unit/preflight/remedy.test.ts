import { expect, test } from 'vitest';
import { fixOf, type Remedy } from '../../../src/preflight/remedy.ts';
import { REMEDIES } from './administrator/remedies.ts';

test.each<[Remedy, string]>([
  [
    REMEDIES.inotify,
    "printf '%s\\n' fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288 > /etc/sysctl.d/99-rkube-inotify.conf && sysctl -p /etc/sysctl.d/99-rkube-inotify.conf",
  ],
  [
    REMEDIES['cgroup-controllers'],
    "mkdir -p /etc/systemd/system/user@.service.d && printf '%s\\n' '[Service]' 'Delegate=cpu cpuset io memory pids' > /etc/systemd/system/user@.service.d/delegate.conf && systemctl daemon-reload; then log out of all sessions and in again",
  ],
  [REMEDIES.subuid, 'usermod --add-subuids 165536-231071 alice'],
  [{ ...REMEDIES.subgid, user: 'DOM\\al', local: false }, "echo 'DOM\\al:100000:65536' >> /etc/subgid"],
  [{ kind: 'linger', user: "o'hara" }, "loginctl enable-linger 'o'\\''hara'"],
  [
    { kind: 'capabilities', programs: { '/usr/bin/newuidmap': 'cap_setuid' } },
    'setcap cap_setuid+ep /usr/bin/newuidmap',
  ],
  [
    REMEDIES['low-ports'],
    "printf '%s\\n' net.ipv4.ip_unprivileged_port_start=80 > /etc/sysctl.d/99-rkube-ports.conf && sysctl -p /etc/sysctl.d/99-rkube-ports.conf; or: Choose ports from 1024 on",
  ],
  [
    REMEDIES['open-files'],
    "mkdir -p /etc/security/limits.d && printf '%s\\n' 'alice hard nofile 524288' > /etc/security/limits.d/99-rkube-nofile.conf; then log out of all sessions and in again",
  ],
  [REMEDIES['kernel-version'], 'Install a newer kernel and reboot'],
])('a remedy in words: %j', (remedy, expected) => expect(fixOf(remedy)).toBe(expected));
