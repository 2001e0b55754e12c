import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/host/replace-file.ts';

describe('a file in the place of another', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rkube-secret-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it('is made with its folder, for the owner alone', async () => {
    const path = join(folder, '.kube', 'a.yaml');
    await replaceFile(path, 'secret\n');
    expect([readFileSync(path, 'utf8'), mode(path), mode(join(folder, '.kube'))]).toEqual(['secret\n', '600', '700']);
  });

  it('takes the place of one that others could read', async () => {
    const path = join(folder, 'a.yaml');
    writeFileSync(path, 'old', { mode: 0o644 });
    await replaceFile(path, 'new');
    expect([readFileSync(path, 'utf8'), mode(path)]).toEqual(['new', '600']);
  });

  it('leaves nothing half written behind when it cannot be put in place', async () => {
    await expect(replaceFile(folder, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(
      readdirSync(join(folder, '..')).filter(
        (name) => name.endsWith('.tmp') && name.includes(folder.split('/').at(-1) ?? ''),
      ),
    ).toEqual([]);
  });
});
