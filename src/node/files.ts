import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../core/package.ts';
import type { NodeContainer } from './container.ts';

interface NodeFile {
  /** Absolute path in the node. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** rkube's own files for a node: everything below compose/node, at the same place in the node. */
export function nodeFiles(root = join(packageRoot(), 'compose', 'node')): readonly NodeFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: file.slice(root.length),
      text: readFileSync(file, 'utf8'),
      mode: statSync(file).mode & 0o111 ? 0o755 : 0o644,
    }));
}

/**
 * Puts rkube's files and `extra` (path → text, readable by root alone) into the node and applies them. An
 * archive on standard input works with every engine and every image, before and after a restart.
 */
export async function writeNode(node: NodeContainer, extra: Readonly<Record<string, string>>): Promise<void> {
  const files = nodeFiles();
  const { packTar } = await import('modern-tar');
  const archive = await packTar(
    files.map(({ path, text, mode }) => ({
      header: { name: path.slice(1), size: Buffer.byteLength(text), mode, uid: 0, gid: 0, type: 'file' as const },
      body: text,
    })),
  );
  await node.run(['tar', '-x', '--no-same-owner', '-C', '/', '-f', '-'], {
    doing: `Writing ${files.length} files into node container ${node.name}`,
    stdin: archive,
    effect: 'write',
  });
  await keep(node);
  for (const [path, text] of Object.entries(extra)) await node.writeFile(path, text, `Writing ${path}`);
  await node.run(['/usr/local/lib/rkube/apply'], { doing: 'Preparing the node', effect: 'write' });
}

/** Has what is in the node survive a power failure from now on, so that a note may count on it. */
export async function keep(node: NodeContainer): Promise<void> {
  await node.run(['/usr/local/lib/rkube/keep'], { doing: "Writing the node's files to disk", effect: 'write' });
}
