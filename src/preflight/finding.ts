import type { Finding } from './types.ts';

export const ok = (evidence: string): Finding => ({ state: 'ok', evidence });
export const skip = (evidence: string): Finding => ({ state: 'skip', evidence });
export const problem = (evidence: string, fix: string): Finding => ({ state: 'problem', evidence, fix });
