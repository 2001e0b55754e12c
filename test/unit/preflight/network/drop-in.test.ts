import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../../src/host/replace-file.ts';
import { planDropIn, undoDropIn, unsealed } from '../../../../src/preflight/network/drop-in.ts';

const FILE = 'systemd/user/docker.service.d/rkube-network.conf';
const LINES = ['[Service]', 'Environment=A=b'];
const NOT_OURS = { id: 'drop-in-not-ours' };

describe('the drop-in', () => {
  let config = '';
  beforeEach(() => void (config = mkdtempSync(join(tmpdir(), 'rkube-drop-in-'))));
  afterEach(() => rmSync(config, { recursive: true }));

  const tree = (): string[] => readdirSync(config, { recursive: true, encoding: 'utf8' }).toSorted();
  async function write(lines = LINES): Promise<string> {
    const { path, text } = await planDropIn(config, FILE, lines);
    await replaceFile(path, text, 0o644);
    return path;
  }

  it('is planned without a trace, then written as planned', async () => {
    const { path, text } = await planDropIn(config, FILE, LINES);
    expect(tree()).toEqual([]);
    await replaceFile(path, text, 0o644);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(text).toMatch(/^# Written by [^\n]*\n# folders made[^\n]*\n# sha256[^\n]*\n\[Service\]\nEnvironment=A=b\n$/);
  });

  it.each([
    ['nothing', []],
    ['the folder', ['systemd/user/docker.service.d']],
    ['other drop-ins', ['systemd/user/docker.service.d', 'systemd/user/other.service.d']],
  ])('is taken back to what was there before: %s', async (_, folders) => {
    for (const folder of folders) mkdirSync(join(config, folder), { recursive: true });
    const before = tree();
    await write();
    await write(['[Service]', 'Environment=A=c']);
    expect(await undoDropIn(config, FILE)).toBe(join(config, FILE));
    expect(tree()).toEqual(before);
  });

  it('takes the folder of configuration away, too, when it was made for it', async () => {
    const inner = join(config, 'not-there');
    const { path, text } = await planDropIn(inner, FILE, LINES);
    await replaceFile(path, text, 0o644);
    await undoDropIn(inner, FILE);
    expect(tree()).toEqual([]);
  });

  it('leaves a folder that others have put something into since', async () => {
    await write();
    writeFileSync(join(config, 'systemd/user/mine.service'), '');
    await undoDropIn(config, FILE);
    expect(tree()).toEqual(['systemd', 'systemd/user', 'systemd/user/mine.service']);
  });

  it('is no news when it is there already', async () => {
    await write();
    expect((await planDropIn(config, FILE, LINES)).same).toBe(true);
    expect((await planDropIn(config, FILE, ['other'])).same).toBe(false);
  });

  it('is not there: nothing to take back', async () => expect(await undoDropIn(config, FILE)).toBeUndefined());

  it.each([
    ['a line more', (text: string) => `${text}#\n`],
    ['a value', (text: string) => text.replace('A=b', 'A=c')],
    ['a folder of others to be removed', (text: string) => text.replace(/(folders made for it: ).*/, '$1systemd')],
    ['everything', () => 'mine\n'],
    ['to nothing', () => ''],
  ])('changed by somebody else is neither taken back nor written over: %s', async (_, change) => {
    const path = await write();
    const text = change(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    await expect(undoDropIn(config, FILE)).rejects.toMatchObject(NOT_OURS);
    await expect(planDropIn(config, FILE, LINES)).rejects.toMatchObject(NOT_OURS);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is not written through a link', async () => {
    mkdirSync(join(config, 'systemd/user/docker.service.d'), { recursive: true });
    symlinkSync('/dev/null', join(config, FILE));
    await expect(planDropIn(config, FILE, LINES)).rejects.toMatchObject(NOT_OURS);
  });

  it('knows its own text', async () => {
    const path = await write();
    expect(unsealed(readFileSync(path, 'utf8'))?.lines).toEqual(LINES);
  });
});
