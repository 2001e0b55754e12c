import type * as z from 'zod/mini';
// Not by way of z.core: a namespace of a namespace brings all of it, every language of its messages too.
import { $ZodError } from 'zod/v4/core';
import { type CommandResult, display } from '../core/command.ts';
import { RkubeError } from '../core/errors.ts';

/**
 * Reads JSON that an engine printed. Schemas name only the fields rkube uses and let the rest pass: engines
 * add, rename and drop fields between versions (Podman 6 changed labels and broke others, kind#4201).
 * @throws RkubeError `unexpected-output` with what was printed
 */
export function readJson<S extends z.ZodMiniType>(result: CommandResult, schema: S): z.output<S> {
  let cause: unknown;
  try {
    const parsed = schema.safeParse(JSON.parse(result.stdout));
    if (parsed.success) return parsed.data;
    cause = parsed.error;
  } catch (error) {
    cause = error;
  }
  throw new RkubeError({
    id: 'unexpected-output',
    message: `Cannot read what \`${display(result.spec)}\` printed: ${reason(cause)}`,
    details: [result.stdout.slice(0, 400) || '(nothing)'],
    next: 'If this engine is newer than those rkube was tried with, please report it with the output of `rkube doctor --json`.',
    cause,
  });
}

function reason(cause: unknown): string {
  if (cause instanceof $ZodError) {
    return cause.issues
      .map((issue) => `${issue.path.map(String).join('.') || 'document'} is not as expected (${issue.code})`)
      .join(', ');
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** The text's value; undefined when it is no JSON, which schemas then refuse. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
