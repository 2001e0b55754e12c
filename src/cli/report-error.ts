import type { Writable } from 'node:stream';
import { EXIT, messageOf, RkubeError } from '../core/errors.ts';
import { type Reporter, report } from '../core/reporter.ts';

interface Streams {
  readonly json: boolean;
  /** Show stacks, also of errors that rkube expects. */
  readonly debug: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Tells what went wrong and what to do; returns the exit code. */
export function reportError(error: unknown, reporter: Reporter, { json, debug, stdout, stderr }: Streams): number {
  const known = error instanceof RkubeError;
  if (json && known) {
    const { id, message, details, next } = error;
    stdout.write(`${JSON.stringify({ error: { id, message, details, next } }, undefined, 2)}\n`);
  }
  report(reporter, 'fail', messageOf(error));
  for (const line of known ? error.details : []) stderr.write(`    ${line}\n`);
  if (known && error.next !== undefined) stderr.write(`  → ${error.next}\n`);
  if (!known) stderr.write('  This is a defect of rkube. Please report it with the lines below.\n');
  if ((debug || !known) && error instanceof Error) stderr.write(`${error.stack}\n`);
  return known ? error.exitCode : EXIT.failed;
}
