import type { CommandRunner } from '../../core/command.ts';
import { commandError, messageOf, RkubeError } from '../../core/errors.ts';
import { rkubeOverSsh } from '../../host/ssh.ts';
import { ok, problem } from '../finding.ts';
import type { CheckReport } from '../types.ts';
import { peerReport } from './checks.ts';
import { compareFacts } from './compare.ts';
import { Facts } from './facts.ts';

/** Milliseconds until a peer must have told its facts: it looks for its engine first. */
const FACTS_MS = 30_000;

/** A host that was asked, as ssh knows it; and what it told, if it did. */
export interface Told {
  readonly peer: string;
  readonly facts: Facts | undefined;
  readonly reports: readonly CheckReport[];
}

/** Asks a peer for its facts, by ssh, and compares them with those here. */
export async function ask(runner: CommandRunner, here: Facts, peer: string): Promise<Told> {
  const result = await runner.run({
    ...rkubeOverSsh(peer, ['doctor', '--facts']),
    effect: 'read',
    timeoutMs: FACTS_MS,
  });
  // A peer reads its clock last, just before it answers.
  const at = Date.now();
  try {
    if (result.exitCode !== 0) throw commandError(result, `rkube on ${peer}`);
    const facts: Facts = Facts.parse(JSON.parse(result.stdout));
    const answers = peerReport('peer-ssh', ok(`${peer} is ${facts.node}, ${facts.address}`));
    return { peer, facts, reports: [answers, ...compareFacts(here, facts, at)] };
  } catch (error) {
    const details = error instanceof RkubeError ? error.details.slice(1) : [];
    const finding = problem(
      [messageOf(error), ...details].join('; '),
      `\`ssh ${peer} rkube doctor --facts\` must answer without a prompt: a key for ssh, and rkube of the same version on its PATH`,
    );
    return { peer, facts: undefined, reports: [peerReport('peer-ssh', finding)] };
  }
}
