import { shipped } from '../../core/package.ts';

/** Files of the folder scripts/administrator/, in the order in which a script has them. */
const PARTS = [
  'say',
  'kept',
  'record',
  'same',
  'put',
  'want-file',
  'sysctl',
  'switch',
  'unit',
  'subids',
  'linger',
  'capabilities',
  'modules',
  'has-package',
  'package',
  'undo',
] as const;

export type Part = (typeof PARTS)[number];

/** Their text, each part once. */
function textOf(parts: readonly Part[]): string {
  return PARTS.filter((part) => parts.includes(part))
    .map((part) => shipped('scripts', 'administrator', `${part}.sh`))
    .join('\n');
}

/**
 * A whole script. `work` is called by its last line, so that a script cut short on its way does nothing.
 * @param work the function of that name; '' when a part has it
 */
export function script(head: string, work: string, parts: readonly Part[]): string {
  return `${[`${SHELL}${head}`, START, ...(work === '' ? [] : [work]), textOf(parts).trimEnd(), END].join('\n\n')}\n`;
}

export const SHELL = '#!/bin/sh\n';

/** setcap and its like lie where not everybody's PATH leads. */
const START = 'set -eu\numask 022\nPATH=$PATH:/usr/sbin:/sbin';

const END = `[ "$(id -u)" -eq 0 ] || stop "this script changes files of the system: run it as root, for example: sudo sh $0"
trap ended EXIT
work`;

/** Text as comment lines: nothing in it, of whatever origin, becomes a command. */
export function comment(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line !== '');
  return lines.map((line) => `# ${plain(line)}`).join('\n');
}

/** Text without anything that moves a cursor or ends a line. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
