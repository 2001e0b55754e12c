import { readDistribution } from '../host/distribution.ts';
import { type Limits, limitsOf } from '../host/limits.ts';
import type { Host } from '../host/types.ts';
import { managerCgroup } from './delegation.ts';
import type { Remedy } from './remedy.ts';

/** Who starts engines and nodes, with their limits: this session, and the user's systemd manager where there is one. */
export async function starters(host: Host): Promise<readonly { readonly who: string; readonly limits: Limits }[]> {
  const manager = (await host.readFile(`${managerCgroup(host)}/init.scope/cgroup.procs`))?.trim().split('\n')[0];
  const all = [
    ['this session (/proc/self/limits)', 'self'],
    ...(manager ? [[`the user's manager (/proc/${manager}/limits)`, manager] as const] : []),
  ] as const;
  const found = await Promise.all(all.map(async ([who, pid]) => ({ who, limits: await limitsOf(host, pid) })));
  return found.flatMap(({ who, limits }) => (limits === undefined ? [] : [{ who, limits }]));
}

/** A limit as limits.conf(5) has it; `ulimit` is the flag of a POSIX shell's `ulimit` for it. */
interface Raised {
  readonly item: 'nofile' | 'nproc';
  readonly type: 'hard' | '-';
  readonly value: number;
  readonly ulimit: '-n' | '-p';
}

/** What raises a limit of the user's sessions. Only PAM reads limits.d: with systemd it is there, without it may not be. */
export async function limitRemedy(host: Host, { item, type, value, ulimit }: Raised): Promise<Remedy> {
  const path = `/etc/security/limits.d/99-rkube-${item}.conf`;
  const line = `${host.user} ${type} ${item} ${value}`;
  if ((await readDistribution(host)).systemd)
    return { kind: 'file', path, lines: [line], afterwards: 'log out of all sessions and in again' };
  return {
    kind: 'manual',
    text: `Alpine, whose logins go without PAM: rc_ulimit="${ulimit} ${value}" in /etc/rc.conf, and restart sshd. Where logins go through PAM: a line "${line}" in ${path}. Then log in again`,
  };
}
