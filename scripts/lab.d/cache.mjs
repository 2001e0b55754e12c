// Parts built once. A part is a folder named by a hash of everything that went into it; it appears by rename,
// so there is either a whole part or none.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { cache } from './names.mjs';
import { withUndo } from './run.mjs';
import { elapsed, say } from './say.mjs';

/** Hash of files (folders with all that is in them) and texts. @param {string[]} files @param {string[]} [texts] */
export function keyOf(files, texts = []) {
  const hash = createHash('sha256');
  for (const file of files) addToHash(hash, file);
  for (const text of texts) hash.update(`text ${text}\0`);
  return hash.digest('hex').slice(0, 16);
}

/** @param {import('node:crypto').Hash} hash @param {string} file */
function addToHash(hash, file) {
  const stat = statSync(file);
  hash.update(`${file.split('/').at(-1)} ${stat.mode}\0`);
  if (!stat.isDirectory()) return void hash.update(readFileSync(file));
  for (const name of readdirSync(file).sort()) addToHash(hash, join(file, name));
}

/**
 * Gives the folder of a part, built now if it is not there. Call with the build lock held.
 * @param {string} name @param {string} key
 * @param {(folder: string, log: string) => Promise<void>} build fills an empty folder
 * @returns {Promise<string>}
 */
export async function part(name, key, build) {
  const folder = join(cache, `${name}-${key}`);
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  for (const entry of readdirSync(cache)) {
    if (entry.startsWith(`.new-${name}-`)) rmSync(join(cache, entry), { recursive: true, force: true });
  }
  // A name of our own: children of a killed build may still write into theirs.
  const temporary = join(cache, `.new-${name}-${process.pid}`);
  const log = join(cache, `${name}.log`);
  rmSync(log, { force: true });
  mkdirSync(temporary, { recursive: true });
  say(`${name}: building (log ${log})`);
  const began = elapsed();
  await withUndo(
    () => rmSync(temporary, { recursive: true, force: true }),
    () => build(temporary, log),
  );
  renameSync(temporary, folder);
  say(`${name}: built in ${(elapsed() - began).toFixed(0)} s`);
  prune(name);
  return folder;
}

/** The base disks a lab's hosts stand on: none once it is gone. @param {string} lab its folder @returns {string[]} */
function basesOf(lab) {
  try {
    const links = readdirSync(lab).filter((name) => /^base.*\.img$/.test(name));
    return links.map((name) => readlinkSync(join(lab, name)));
  } catch {
    return [];
  }
}

/** Keeps the two parts used last, and what running labs stand on. @param {string} name */
function prune(name) {
  const inUse = readdirSync('/dev/shm')
    .filter((entry) => entry.startsWith('rkube-lab-'))
    .flatMap((entry) => basesOf(join('/dev/shm', entry)));
  const old = readdirSync(cache)
    .filter((entry) => entry.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(entry.slice(name.length + 1)))
    .map((entry) => join(cache, entry))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    .slice(2);
  for (const folder of old) {
    if (!inUse.some((file) => file.startsWith(folder))) rmSync(folder, { recursive: true, force: true });
  }
}
