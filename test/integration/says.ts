import { expect } from 'vitest';

/** Matches output that holds this text, so that a failure shows the whole outcome. */
export function says(text: string | RegExp): string {
  const matcher: unknown = typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);
  return matcher as string;
}
