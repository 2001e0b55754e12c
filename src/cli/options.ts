import type { VerbOption } from './verb.ts';

/** Of verbs that make something. */
export const MAKING: readonly VerbOption[] = [
  { flags: '--ignore <id>', help: 'accept a problem that a check finds; repeatable', repeat: true },
  { flags: '--no-agent', help: 'no live ports: do not set up the agent that follows Services' },
  { flags: '--retain', help: 'after a failure keep what was made, for inspection' },
];

/** Of verbs that destroy something. */
export const YES: VerbOption = { flags: '-y, --yes', help: 'do not ask' };

/** Of verbs by which a control plane leaves. */
export const FORCE: VerbOption = { flags: '--force', help: "leave though etcd's other members do not let the node go" };

/** Of `doctor --peer`. */
export const PEER: readonly VerbOption[] = [
  {
    flags: '--peer <host...>',
    help: 'try this host against others, by your ssh and their rkube; repeatable; with --network: measure VXLAN to one',
    repeat: true,
  },
  { flags: '--facts', help: 'print what --peer on another host asks of this one, as JSON' },
];

/** Of `doctor --network`. */
export const NETWORK: readonly VerbOption[] = [
  { flags: '--driver <name>', help: 'with --network: only this one, e.g. pasta/implicit' },
  { flags: '--apply', help: "with --network: write what is advised as the engine's drop-in, shown first" },
  { flags: '--undo', help: 'with --network: take the drop-in back' },
  YES,
];
