import { expect } from 'vitest';
import { EXIT, RkubeError } from '../../src/core/errors.ts';

/** The problems a configuration error lists; none when nothing is thrown. Any other error is thrown on. */
export async function problemsOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof RkubeError) || error.exitCode !== EXIT.usage) throw error;
    return error.details.length > 0 ? error.details : [error.message];
  }
}

/** Exactly this text, or a text that matches. */
export const like = (expected: string | RegExp): unknown =>
  typeof expected === 'string' ? expected : expect.stringMatching(expected);
