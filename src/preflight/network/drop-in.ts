import { createHash } from 'node:crypto';
import { lstat, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RkubeError } from '../../core/errors.ts';

// The file is its own record: which folders were made for it, and a sum of itself, so that what somebody else has
// changed since is seen, and nothing has to be kept elsewhere.

const TITLE = '# Written by `rkube doctor --network --apply`; `rkube doctor --network --undo` takes it back.';
const MADE = '# folders made for it: ';
const SUM = '# sha256 of the other lines: ';

/** The whole file. @param made folders that rkube made for it, below the folder of configuration, outermost first */
function sealed(lines: readonly string[], made: readonly string[]): string {
  const all = [TITLE, `${MADE}${made.join(' ') || 'none'}`, ...lines];
  return [...all.slice(0, 2), `${SUM}${sum(all)}`, ...all.slice(2), ''].join('\n');
}

/** What `sealed` was told; undefined when anything in the file is another. */
export function unsealed(
  text: string,
): { readonly lines: readonly string[]; readonly made: readonly string[] } | undefined {
  const [, made = '', , ...rest] = text.split('\n');
  const lines = rest.slice(0, -1);
  const folders = made
    .slice(MADE.length)
    .split(' ')
    .filter((name) => name !== 'none' && name !== '');
  return sealed(lines, folders) === text ? { lines, made: folders } : undefined;
}

const sum = (lines: readonly string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex');

/**
 * What writing would do.
 * @param config the user's folder of configuration
 * @throws RkubeError `drop-in-not-ours` when there is a file of another's
 */
export async function planDropIn(
  config: string,
  file: string,
  lines: readonly string[],
): Promise<{ path: string; text: string; same: boolean }> {
  const path = join(config, file);
  const before = await ours(path);
  const made = before?.made ?? (await missingFolders(config, dirname(file)));
  const text = sealed(lines, made);
  return { path, text, same: before !== undefined && sealed(before.lines, made) === text };
}

/**
 * Takes back what was written: the file, and the folders made for it that nobody else uses since.
 * @returns the file's path; undefined when there is none
 * @throws RkubeError `drop-in-not-ours` when somebody else wrote or changed it
 */
export async function undoDropIn(config: string, file: string): Promise<string | undefined> {
  const path = join(config, file);
  const before = await ours(path);
  if (before === undefined) return undefined;
  await rm(path);
  for (const folder of before.made.toReversed()) {
    const gone = await rmdir(join(config, folder)).then(
      () => true,
      () => false,
    );
    if (!gone) break;
  }
  return path;
}

async function ours(path: string): Promise<ReturnType<typeof unsealed>> {
  const facts = await lstat(path).catch(absent);
  if (facts === undefined) return undefined;
  const found = facts.isFile() ? unsealed(await readFile(path, 'utf8')) : undefined;
  if (found !== undefined) return found;
  throw new RkubeError({
    id: 'drop-in-not-ours',
    message: `${path} is not as rkube wrote it: expected a file of rkube's, found one that somebody else wrote or changed`,
    next: 'Look at it, and move it away when it is not needed; rkube touches it no more.',
  });
}

/** Of a file's folders those that are not there, outermost first, below the folder of configuration; '.' is that. */
async function missingFolders(config: string, folder: string): Promise<string[]> {
  const chain = folder.split('/').map((_, index, all) => all.slice(0, index + 1).join('/'));
  const found = await Promise.all(
    ['.', ...chain].map(async (each) => ((await lstat(join(config, each)).catch(absent)) ? [] : [each])),
  );
  return found.flat();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
