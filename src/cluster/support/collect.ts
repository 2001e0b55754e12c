import type { CommandResult } from '../../core/command.ts';
import { commandError, messageOf } from '../../core/errors.ts';
import { redact } from '../../core/redact.ts';
import type { Entry, Source } from './types.ts';

/** Characters kept of one file: its end, where logs tell most. */
const MOST = 4_000_000;

/** Reads the sources one after the other: they share one shell in the node, and a host that ails is not hurried. */
export async function collect(
  sources: readonly Source[],
  run: (argv: readonly string[]) => Promise<CommandResult>,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const { path, what, argv } of sources) {
    const result = await run(argv);
    const problem = result.exitCode === 0 ? {} : { problem: redact(failure(result)) };
    entries.push({
      path,
      what,
      ...(result.stdout === '' && result.exitCode !== 0 ? {} : kept(result.stdout)),
      ...problem,
    });
  }
  return entries;
}

/** An entry of what rkube knows itself, or why it does not. Never rejects. */
export async function known(path: string, what: string, text: () => string | Promise<string>): Promise<Entry> {
  try {
    return { path, what, ...kept(await text()) };
  } catch (error) {
    return { path, what, problem: redact(messageOf(error)) };
  }
}

/** The same as JSON. */
export const knownJson = (path: string, what: string, value: () => unknown): Promise<Entry> =>
  known(path, what, async () => JSON.stringify(await value(), undefined, 2));

const kept = (text: string): { text: string } => ({ text: `${redact(text.slice(-MOST)).trimEnd()}\n` });

/** The command's last words, else how it ended. */
function failure(result: CommandResult): string {
  return result.stderr.trim().split('\n').at(-1) || commandError(result, result.spec.file).message;
}
