import type { VerbOption } from './verb.ts';

/** Of verbs that make something. */
export const MAKING: readonly VerbOption[] = [
  { flags: '--ignore <id>', help: 'accept a problem that a check finds; repeatable', repeat: true },
  { flags: '--retain', help: 'after a failure keep what was made, for inspection' },
];

/** Of verbs that destroy something. */
export const YES: VerbOption = { flags: '-y, --yes', help: 'do not ask' };
