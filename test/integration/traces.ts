import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE_KINDS } from '../../src/config/types.ts';

// What rkube left on a host, as far as stand-ins and a home folder show it.

const READS =
  /^(info|version|ps|logs|events|(container|image) inspect|(volume|network) (ls|inspect)|exec (--interactive )?\S+ (cat |systemctl is-active|kubeadm version|timeout |sh -c timeout |kubectl \S+ (wait|get) ))/;

/** Calls that change nothing. */
export const isRead = (argv: readonly string[]): boolean => READS.test(argv.join(' '));

/** Names of everything the engines hold and of every file in the home folder. */
export function holdings(state: string, home: string): string[] {
  const held = ENGINE_KINDS.flatMap((kind) =>
    readdirSync(ensured(join(state, kind)), { recursive: true, encoding: 'utf8' }).map((name) => `${kind}/${name}`),
  );
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) => `~/${name}`);
  // Counters and file systems of the stand-ins, not things of the engine.
  return [...held.filter((name) => !/\/(rules|nodes)\b/.test(name)), ...files].sort();
}

/** The same as long as nothing that the engines hold and no file in the home folder changes. */
export function fingerprint(state: string, home: string): string {
  const hash = createHash('sha256');
  for (const folder of [...ENGINE_KINDS.map((kind) => join(state, kind)), home]) {
    for (const entry of readdirSync(ensured(folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      hash.update(`${path}\0${entry.isFile() ? readFileSync(path, 'utf8') : ''}\0`);
    }
  }
  return hash.digest('hex');
}

/** The folder, made where it is not there yet. */
export function ensured(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
