import { readFileSync } from 'node:fs';

/**
 * The kernel's mark of a process that runs: its start, in clock ticks since the boot (proc_pid_stat(5), field 22).
 * A number that is given to another process has another. undefined when it has ended.
 */
export function startOf(pid: number): string | undefined {
  try {
    // The name, in parentheses, may hold anything.
    const rest = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return rest[0] === 'Z' ? undefined : rest[19];
  } catch {
    return undefined;
  }
}
