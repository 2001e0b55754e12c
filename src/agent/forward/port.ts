import type { HostPort } from '../types.ts';

/** `10.0.0.5:30080/tcp`: what can be open once. */
export const keyOf = ({ protocol, address, port }: HostPort): string => `${address}:${port}/${protocol}`;

/** Both lead from the same port to the same place, for the same clients. */
export const same = (a: HostPort, b: HostPort): boolean =>
  keyOf(a) === keyOf(b) &&
  a.target.address === b.target.address &&
  a.target.port === b.target.port &&
  a.sources.join() === b.sources.join();

/** Runs what it is given one after the other, whatever became of those before. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
