import { type Limits, limitsOf } from '../host/limits.ts';
import type { Host } from '../host/types.ts';
import { managerCgroup } from './delegation.ts';

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
