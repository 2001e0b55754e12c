import { access, constants, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, usageError } from '../core/errors.ts';
import type { Env, Layer } from './layers.ts';

export interface ConfigSearch {
  /** `--config`: this file and no other. */
  readonly flag?: string | undefined;
  readonly env: Env;
  readonly cwd: string;
  readonly home: string;
}

/**
 * Reads the first configuration file that exists: `--config`, $RKUBE_CONFIG, ./rkube.yaml,
 * $XDG_CONFIG_HOME/rkube/rkube.yaml. No file is fine, unless one was named.
 * @throws RkubeError with every problem of the file as `file:line:col`
 */
export async function loadConfig(search: ConfigSearch): Promise<Layer> {
  const named = search.flag ?? (search.env.RKUBE_CONFIG || undefined);
  for (const { path, shown } of candidates(search, named)) {
    const text = await read(path, shown, named !== undefined);
    if (text === undefined) continue;
    // The parser is only paid for by those who have a file.
    const { parseConfig } = await import('./parse.ts');
    return parseConfig(text, shown);
  }
  return new Map();
}

interface Candidate {
  readonly path: string;
  /** As messages name the file. */
  readonly shown: string;
}

function candidates({ env, cwd, home }: ConfigSearch, named: string | undefined): Candidate[] {
  if (named !== undefined) return [{ path: named.startsWith('/') ? named : join(cwd, named), shown: named }];
  const user = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'rkube', 'rkube.yaml');
  return [
    { path: join(cwd, 'rkube.yaml'), shown: 'rkube.yaml' },
    { path: user, shown: user },
  ];
}

async function read(path: string, shown: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    // After `su` the working folder may be another user's, who keeps no settings for this one.
    if (!required && (missing || !(await searchable(dirname(path))))) return undefined;
    throw usageError({
      id: 'config-unreadable',
      message: missing
        ? `Configuration file ${shown} does not exist`
        : `Configuration file ${shown}: ${messageOf(cause)}`,
      next: 'name another file with --config or RKUBE_CONFIG, or correct its permissions',
      cause,
    });
  }
}

/** Whether this user may enter the folder. */
export const searchable = (folder: string): Promise<boolean> =>
  access(folder, constants.X_OK).then(
    () => true,
    () => false,
  );
