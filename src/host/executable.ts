import type { Host } from './types.ts';

/** The first file of that name in the folders of a PATH; undefined when there is none. */
export async function findExecutable(host: Host, name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(':').filter(Boolean)) {
    const facts = await host.stat(`${folder}/${name}`);
    if (facts !== undefined && (facts.mode & 0o111) !== 0) return `${folder}/${name}`;
  }
  return undefined;
}
