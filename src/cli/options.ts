import type { VerbOption } from './verb.ts';

/** Of verbs that make something. */
export const MAKING: readonly VerbOption[] = [
  { flags: '--ignore <id>', help: 'accept a problem that a check finds; repeatable', repeat: true },
  { flags: '--retain', help: 'after a failure keep what was made, for inspection' },
];

/** Of verbs that destroy something. */
export const YES: VerbOption = { flags: '-y, --yes', help: 'do not ask' };

/** Of `doctor --network`. */
export const NETWORK: readonly VerbOption[] = [
  { flags: '--peer <host>', help: 'with --network: a second host, by your ssh; it needs node' },
  { flags: '--driver <name>', help: 'with --network: only this one, e.g. pasta/implicit' },
  { flags: '--apply', help: "with --network: write what is advised as the engine's drop-in, shown first" },
  { flags: '--undo', help: 'with --network: take the drop-in back' },
  YES,
];
