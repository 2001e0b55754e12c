import { readFileSync } from 'node:fs';

/** What the kernel tells of a process: proc_pid_stat(5), fields 3 and 22. */
interface Stat {
  readonly state: string;
  /** Its start, in clock ticks since the boot. A number that is given to another process has another. */
  readonly start: string;
}

/** undefined when it has ended. */
function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold anything.
  const rest = text?.split(') ').at(-1)?.split(' ') ?? [];
  const [state = 'Z'] = rest;
  return state === 'Z' ? undefined : { state, start: rest[19] ?? '' };
}

/** The kernel's mark of a process that runs. undefined when it has ended. */
export const startOf = (pid: number): string | undefined => statOf(pid)?.start;

/** Whether somebody has stopped it by a signal. */
export const isHalted = (pid: number): boolean => statOf(pid)?.state === 'T';

/**
 * Whether there is no default route where the process is: a user-mode network ends with the program that makes it, and
 * an engine can take a network away. False where that cannot be read.
 */
export function isSevered(pid: number): boolean {
  const routes = read(`/proc/${pid}/net/route`)?.trimEnd().split('\n').slice(1);
  return routes !== undefined && !routes.some((line) => line.split('\t')[1] === '00000000');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
