import { fixOf, type Remedy } from './remedy.ts';
import type { Finding } from './types.ts';

export const ok = (evidence: string): Finding => ({ state: 'ok', evidence });
export const skip = (evidence: string): Finding => ({ state: 'skip', evidence });
export const problem = (evidence: string, fix: string, remedy?: Remedy): Finding => ({
  state: 'problem',
  evidence,
  fix,
  ...(remedy && { remedy }),
});

/** A problem whose fix is the remedy in words. */
export const curable = (evidence: string, remedy: Remedy): Finding => problem(evidence, fixOf(remedy), remedy);

/** A problem that an administrator mends, and no script should. */
export const manual = (evidence: string, text: string): Finding => curable(evidence, { kind: 'manual', text });
