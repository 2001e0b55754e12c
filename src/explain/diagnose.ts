import type { RkubeError } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import type { NodeContainer } from '../node/container.ts';
import { type Reading, readSymptoms } from './reading.ts';
import { SUSPECTS } from './suspects/index.ts';

/** Why a node probably does not work. */
export interface Diagnosis {
  /** Of the suspect; a row of PAGE. */
  readonly id: string;
  readonly cause: string;
  /** What speaks for it, as it was read. */
  readonly evidence: string;
  readonly fix: string;
}

/** Of what speaks for several causes, so many are told. */
const TOLD = 3;
const PAGE = 'docs/troubleshooting.md';

/** The causes that the reading speaks for, the most likely one first. */
export function diagnose(reading: Reading): readonly Diagnosis[] {
  return SUSPECTS.flatMap(({ id, cause, fix, look }) => {
    const evidence = look(reading);
    return evidence === undefined ? [] : [{ id, cause, evidence: redact(evidence), fix }];
  }).slice(0, TOLD);
}

/** Reads the node and diagnoses. Never rejects; empty when nothing is suspected or the node does not answer. */
export async function diagnoseNode(node: NodeContainer): Promise<readonly Diagnosis[]> {
  return diagnose(await readSymptoms(node));
}

/** What probably caused the error of a step, as lines for people; none when nothing is known. */
export async function explainFailure(node: NodeContainer, error: RkubeError): Promise<readonly string[]> {
  const said = [error.message, ...error.details].join('\n');
  return explanation(diagnose({ ...(await readSymptoms(node)), error: said }));
}

/** Diagnoses for people: the first in full, the others in a line each. */
export function explanation([first, ...others]: readonly Diagnosis[]): readonly string[] {
  if (first === undefined) return [];
  return [
    `Most likely cause: ${first.cause}`,
    `  seen: ${first.evidence}`,
    `  fix: ${first.fix}`,
    `  more: ${first.id} in ${PAGE}`,
    ...others.map(({ cause, evidence }) => `Also seen: ${cause} (${evidence})`),
  ];
}
