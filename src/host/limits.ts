import type { Host } from './types.ts';

/** Limits of a process, as proc_pid_limits(5) has them; Infinity for `unlimited`. */
export interface Limits {
  /** Hard limit: what a program may raise its own to. */
  readonly openFiles: number;
  /** Soft limit of processes and threads of the user. */
  readonly processes: number;
}

/** Limits of a process; undefined where they can not be read. */
export async function limitsOf(host: Host, pid: string): Promise<Limits | undefined> {
  const text = await host.readFile(`/proc/${pid}/limits`);
  if (text === undefined) return undefined;
  const row = (name: string): string[] => new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(text)?.slice(1) ?? [];
  return { openFiles: limit(row('Max open files')[1]), processes: limit(row('Max processes')[0]) };
}

/** A limit in the words of the kernel: a number, `unlimited` or, of cgroups, `max`. What is not told is no limit. */
export function limit(text: string | undefined): number {
  const number = Number.parseInt(text ?? '', 10);
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
}
