import type { Host } from '../../host/types.ts';

/** Programs that carry packets for rootless engines; `exe` is RootlessKit in its namespace. proc_pid_comm(5): 15 characters. */
const CARRIERS = /^(rootlesskit|docker-rootless|exe|slirp4netns|pasta(\.avx2)?|passt(\.avx2)?|rootlessport(-ch)?)$/;
/** Times in /proc/PID/stat have this unit on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Process id → seconds of processor time so far, of all programs of this user that carry packets. */
export type Carriers = ReadonlyMap<string, number>;

export async function carriers(host: Host): Promise<Carriers> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const seconds = carrierSeconds((await host.readFile(`/proc/${pid}/stat`)) ?? '');
      if (seconds === undefined) return [];
      const status = (await host.readFile(`/proc/${pid}/status`)) ?? '';
      return new RegExp(`^Uid:\\s+${host.uid}\\s`, 'm').test(status) ? [[pid, seconds] as const] : [];
    }),
  );
  return new Map(found.flat());
}

/** proc_pid_stat(5): user and system time of a carrier, seconds; undefined for other programs. */
export function carrierSeconds(stat: string): number | undefined {
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
  if (!CARRIERS.test(name)) return undefined;
  // utime and stime are fields 14 and 15; the rest begins with field 3.
  const fields = rest.split(' ').map(Number);
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** Seconds that carriers which were not there `before` all took between two readings. */
export function secondsBetween(start: Carriers, end: Carriers, before: Carriers): number {
  return [...end]
    .filter(([pid]) => !before.has(pid))
    .reduce((sum, [pid, seconds]) => sum + seconds - (start.get(pid) ?? 0), 0);
}
