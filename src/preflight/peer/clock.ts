import { ok, problem } from '../finding.ts';
import type { Finding } from '../types.ts';

/**
 * Kubernetes dates its certificates five minutes back (kube-controller-manager's signer): a clock that is later by
 * more takes them for not yet valid. Seconds.
 */
const TOLERATED_S = 300;

/** A clock's reading, and whose it is. */
export interface Clock {
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Compares clocks that were read at the same moment. */
export function clockFinding(here: Clock, there: Clock): Finding {
  const ahead = (here.now - there.now) / 1000;
  const span = duration(Math.abs(ahead));
  if (Math.abs(ahead) <= TOLERATED_S) return ok(`the clocks of ${here.host} and ${there.host} are ${span} apart`);
  const say = ({ host, now }: Clock): string => `${host} says ${new Date(now).toISOString()}`;
  return problem(
    `the clock of ${here.host} is ${span} ${ahead > 0 ? 'ahead of' : 'behind'} that of ${there.host}: ${say(here)}, ${say(there)}`,
    'On the host that is wrong: `timedatectl set-ntp true`, or set it by hand with `timedatectl set-time`',
  );
}

/** `2 h 5 min`, `90 s`. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
