import type { CheckInput } from './types.ts';

/** Where the engine keeps images and volumes, without symbolic links, and who says so. */
export async function storageFolder({
  host,
  engine,
}: CheckInput): Promise<{ readonly path: string; readonly source: string }> {
  const told = engine?.storageFolder ?? '';
  // Rootless engines keep everything below the user's data folder unless told otherwise.
  const folder = told || host.env['XDG_DATA_HOME'] || `${host.home}/.local/share`;
  return {
    path: await host.realPath(folder),
    source: told === '' ? 'where rootless engines keep it' : `${engine?.kind} info`,
  };
}
