import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { messageOf, usageError } from '../core/errors.ts';
import type { Process } from './invocation.ts';

/**
 * Text that should hold a ticket: from the file named, from standard input, or typed by the user.
 * @throws RkubeError `ticket-on-argv` when the ticket itself stands on the command line
 */
export async function readTicketText(args: readonly string[], process: Process): Promise<string> {
  const [source = '-', ...rest] = args;
  if (args.some((arg) => arg.includes('rkube1.'))) {
    throw usageError({
      id: 'ticket-on-argv',
      message:
        'A ticket must not stand on the command line: every user of this host can read it there, and shells keep it',
      next: 'Give it on standard input (`rkube join-command | ssh host2 rkube join`) or in a file (`rkube join FILE`). Consider that ticket known, and make a new one.',
    });
  }
  if (rest.length > 0)
    throw usageError({ id: 'too-many-arguments', message: `join takes one file, got ${args.join(' ')}` });
  if (source !== '-') return fileText(source);
  if (!process.stdin.isTTY) return text(process.stdin);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question('Paste the ticket that `rkube join-command` printed on the control-plane host:\n', {
      signal: process.lifetime.signal,
    });
  } finally {
    prompt.close();
  }
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw usageError({ id: 'ticket-unreadable', message: `Ticket file ${path}: ${messageOf(cause)}`, cause });
  }
}
