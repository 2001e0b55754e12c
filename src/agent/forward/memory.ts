import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostPort } from '../types.ts';
import type { Spec, Told } from './rootlesskit-api.ts';

/** A port of ours. Without `id`: about to be asked for, or asked for since. */
export interface Entry {
  readonly id?: number;
  readonly spec: Spec;
  readonly port: HostPort;
}

/** What was noted; nothing when there is no such file, or it is damaged. */
export async function recall(file: string): Promise<readonly Entry[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as readonly Entry[];
  } catch {
    return [];
  }
}

/** Whole or not at all, and for this user alone. Not in the background: in memory it is done before a thread begins. */
export function note(file: string, entries: readonly Entry[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(entries), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Of the noted ports those that RootlessKit still has, with their ids. An id alone says nothing: RootlessKit counts
 * anew at every start. One that was to be asked for and is there was asked for.
 */
export function stillThere(entries: readonly Entry[], told: readonly Told[]): readonly Entry[] {
  // Both may hold hundreds, and they are compared at each change.
  const byId = new Map(told.map((each) => [each.id, each]));
  return entries.flatMap((entry) => {
    const { id, spec } = entry;
    const found = id === undefined ? told.find((each) => equal(each.spec, spec)) : byId.get(id);
    return found === undefined || !equal(found.spec, spec) ? [] : [{ ...entry, id: found.id }];
  });
}

const equal = (a: Spec, b: Spec): boolean =>
  a.proto === b.proto &&
  a.parentIP === b.parentIP &&
  a.parentPort === b.parentPort &&
  a.childIP === b.childIP &&
  a.childPort === b.childPort;
