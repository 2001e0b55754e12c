import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Folder of all files in a bundle. */
const ROOT = 'rkube-support';

/** Files by path, as a tar archive, compressed. Nobody but who unpacks it may read them. */
export async function pack(files: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const { packTar } = await import('modern-tar');
  const now = new Date();
  const archive = await packTar(
    [...files].map(([path, text]) => ({
      header: {
        name: `${ROOT}/${path}`,
        size: Buffer.byteLength(text),
        mode: 0o600,
        mtime: now,
        type: 'file' as const,
      },
      body: text,
    })),
  );
  return promisify(gzip)(archive);
}

/** The files of such an archive. @throws Error when it is none */
export async function unpack(archive: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const { unpackTar } = await import('modern-tar');
  const entries = await unpackTar(await promisify(gunzip)(archive));
  return new Map(
    entries.flatMap(({ header, data }) =>
      header.type === 'file' ? [[header.name.replace(`${ROOT}/`, ''), Buffer.from(data ?? []).toString('utf8')]] : [],
    ),
  );
}
