import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// The shape of src/ as docs and README describe it.

/** A file may import from its own folder, from core/ and from folders before its own. */
const FOLDERS = 'core config host engine preflight node explain kubeadm cni kube cluster agent cli'.split(' ');
const SRC = fileURLToPath(new URL('../../src', import.meta.url));

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

const lineCount = (text: string): number => text.trimEnd().split('\n').length;

/** '' for main.ts. */
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');

/** Folders and files of src/ that the text imports, statically, lazily or for types. */
function imports(file: string, text: string): string[] {
  const specifiers = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.[^'"]*)['"]/g);
  return [...specifiers].map(([, path = '']) => relative(SRC, join(SRC, dirname(file), path)));
}

function misplaced(file: string, text: string): string[] {
  const from = folderOf(file);
  return imports(file, text)
    .filter((target) => !target.startsWith('..'))
    .filter((target) => {
      const to = folderOf(target);
      // main.ts may import everything and is imported by nothing.
      if (to === '') return from !== '' || target !== 'main.ts';
      return from !== '' && FOLDERS.indexOf(to) > FOLDERS.indexOf(from);
    })
    .map((target) => `${file} imports ${target}`);
}

describe('the house', () => {
  it('has no folders but the listed ones', () => {
    const folders = new Set(files.map(({ file }) => folderOf(file)).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !FOLDERS.includes(folder))).toEqual([]);
  });

  it('imports downwards only', () => {
    expect(files.flatMap(({ file, text }) => misplaced(file, text))).toEqual([]);
  });

  it.each([
    ['core/a.ts', "import { x } from '../config/b.ts';"],
    ['engine/a.ts', "const { x } = await import('../cluster/b.ts');"],
    ['kube/deep/a.ts', "export type { X } from '../../cli/b.ts';"],
    ['cli/a.ts', "import '../main.ts';"],
  ])('sees a wrong import in %s: %s', (file, text) => {
    expect(misplaced(file, text)).toHaveLength(1);
  });

  it.each([
    ['config/a.ts', "import { x } from '../core/b.ts';"],
    ['engine/deep/a.ts', "import { x } from '../types.ts';"],
    ['main.ts', "import { run } from './cli/run.ts';"],
    ['cli/a.ts', "import pkg from '../../package.json' with { type: 'json' };"],
  ])('lets pass a right import in %s: %s', (file, text) => {
    expect(misplaced(file, text)).toEqual([]);
  });

  it('has no file over 300 lines', () => {
    expect(files.filter(({ text }) => lineCount(text) > 300).map(({ file }) => file)).toEqual([]);
  });

  it('keeps at least half of its files under 90 lines', () => {
    const short = files.filter(({ text }) => lineCount(text) < 90);
    expect(files.length).toBeGreaterThan(10);
    expect(short.length / files.length).toBeGreaterThanOrEqual(0.5);
  });
});
