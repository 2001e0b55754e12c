import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder that holds rkube's package.json, compose/ and kubeadm/: found from this file upwards, so it is
 * the same from sources and from the bundle.
 */
export function packageRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}

/** A file shipped with rkube, as text. */
export function shipped(...path: string[]): string {
  return readFileSync(join(packageRoot(), ...path), 'utf8');
}

/** rkube's own version, from package.json. */
export function rkubeVersion(): string {
  return (JSON.parse(shipped('package.json')) as { version: string }).version;
}
