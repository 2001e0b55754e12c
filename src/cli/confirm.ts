import { createInterface } from 'node:readline/promises';
import { RkubeError, usageError } from '../core/errors.ts';
import type { Invocation } from './invocation.ts';

/** Asks before something is destroyed, unless --yes or --dry-run. @throws RkubeError when not confirmed */
export async function confirm(invocation: Invocation, what: string): Promise<void> {
  const { stdin, stderr, lifetime } = invocation.process;
  if (invocation.dryRun || invocation.flags['yes'] === true) return;
  if (!stdin.isTTY)
    throw usageError({ id: 'not-confirmed', message: what, next: 'Nobody can be asked here: confirm with --yes.' });
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await prompt.question(`${what} Go on? [y/N] `, { signal: lifetime.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
    throw new RkubeError({ id: 'not-confirmed', message: 'Not confirmed: nothing was changed' });
  } finally {
    prompt.close();
  }
}
