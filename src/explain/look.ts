import type { Reading, Section } from './reading.ts';

/** Looks for evidence in what was read; undefined when there is none. */
export type Look = (reading: Reading) => string | undefined;

/** Characters of evidence that are quoted. */
const QUOTED = 300;

/** The latest line of these parts that matches, with the part's name. */
export function said(pattern: RegExp, ...sections: readonly Section[]): Look {
  return (reading) => {
    for (const section of sections) {
      const line = (reading[section] ?? '').split('\n').findLast((each) => pattern.test(each));
      if (line !== undefined) return `${section}: ${quoted(line, pattern)}`;
    }
    return undefined;
  };
}

/** Evidence of the second where there is any of the first. */
export const both =
  (first: Look, second: Look): Look =>
  (reading) =>
    first(reading) === undefined ? undefined : second(reading);

/** Evidence of the first that has any. */
export const either =
  (...looks: readonly Look[]): Look =>
  (reading) => {
    for (const look of looks) {
      const evidence = look(reading);
      if (evidence !== undefined) return evidence;
    }
    return undefined;
  };

/** A unit that is there and that systemd does not call active, as `systemctl show` tells. */
export function inactive(unit: string): Look {
  return ({ units = '' }) => {
    const block = units.split(/\n\n+/).find((each) => each.includes(`Id=${unit}.service`));
    if (block === undefined) return undefined;
    const fact = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    if (fact('LoadState') === 'not-found' || fact('ActiveState') === 'active') return undefined;
    const result = fact('Result');
    const why = result === '' || result === 'success' ? '' : `, ${result}`;
    const times = Number(fact('NRestarts'));
    const often = times > 0 ? `, started again ${times} times` : '';
    return `systemctl: ${unit}.service is ${fact('ActiveState')} (${fact('SubState')}${why}${often})`;
  };
}

/** A file system with less than so many left, in the column and unit of `df`. */
export function scarce(section: 'disk' | 'inodes', least: number, unit: string): Look {
  return (reading) => {
    for (const line of (reading[section] ?? '').split('\n').slice(1)) {
      const [, total = '', , left = '', , mount = ''] = line.trim().split(/\s+/);
      // btrfs and the like count no inodes.
      if (Number(total) > 0 && Number(left) < least) return `df: ${left} of ${total} ${unit} are left on ${mount}`;
    }
    return undefined;
  };
}

/** The end of the match and what is around it: long lines begin with times and places in code, reasons stand last. */
function quoted(line: string, pattern: RegExp): string {
  // Errors in errors are quoted again and again.
  const text = line.trim().replaceAll(/\\+"/g, '"');
  if (text.length <= QUOTED) return text;
  const [{ length } = ''] = pattern.exec(text) ?? [];
  const end = text.search(pattern) + length + QUOTED / 3;
  const from = Math.max(0, Math.min(end, text.length) - QUOTED);
  return `${from > 0 ? '…' : ''}${text.slice(from, from + QUOTED)}${from + QUOTED < text.length ? '…' : ''}`;
}
