import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rkube-load-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A file that says which node it is for. */
function file(path: string, node: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `node: ${node}\n`);
}

async function load(env: Record<string, string> = {}, flag?: string) {
  mkdirSync(join(root, 'cwd'), { recursive: true });
  const layer = await loadConfig({ flag, env, cwd: join(root, 'cwd'), home: join(root, 'home') });
  return layer.get('node');
}

describe('the configuration file', () => {
  it('need not exist', async () => expect(await load()).toBeUndefined());

  it('is not looked for in a working folder that this user may not search', async () => {
    // Root may search every folder, but no plain file.
    writeFileSync(join(root, 'plain'), '');
    const search = { env: {}, cwd: join(root, 'plain'), home: join(root, 'home') };
    expect((await loadConfig(search)).get('node')).toBeUndefined();
  });

  it.each([
    ['--config', { RKUBE_CONFIG: '../env.yaml' }, '../flag.yaml', 'flag', '../flag.yaml:1:7'],
    ['RKUBE_CONFIG', { RKUBE_CONFIG: '../env.yaml' }, undefined, 'env', '../env.yaml:1:7'],
    ['the current folder', { XDG_CONFIG_HOME: 'XDG' }, undefined, 'cwd', 'rkube.yaml:1:7'],
    ['the current folder when RKUBE_CONFIG is empty', { RKUBE_CONFIG: '' }, undefined, 'cwd', 'rkube.yaml:1:7'],
  ])('is taken from %s first', async (_, env, flag, value, source) => {
    for (const [path, node] of [
      ['flag.yaml', 'flag'],
      ['env.yaml', 'env'],
      ['cwd/rkube.yaml', 'cwd'],
      ['home/.config/rkube/rkube.yaml', 'home'],
    ] as const) {
      file(path, node);
    }
    expect(await load(env, flag)).toEqual({ value, source });
  });

  it('is taken from the home folder last', async () => {
    file('home/.config/rkube/rkube.yaml', 'home');
    expect(await load()).toMatchObject({ value: 'home' });
  });

  it('is taken from XDG_CONFIG_HOME rather than ~/.config', async () => {
    file('home/.config/rkube/rkube.yaml', 'home');
    file('xdg/rkube/rkube.yaml', 'xdg');
    expect(await load({ XDG_CONFIG_HOME: join(root, 'xdg') })).toMatchObject({ value: 'xdg' });
  });

  it('must exist when it was named', async () => {
    await expect(load({}, 'gone.yaml')).rejects.toMatchObject({
      id: 'config-unreadable',
      exitCode: 2,
      message: 'Configuration file gone.yaml does not exist',
    });
  });

  it('must be a file', async () => {
    mkdirSync(join(root, 'cwd/rkube.yaml'), { recursive: true });
    await expect(load()).rejects.toMatchObject({
      id: 'config-unreadable',
      message: expect.stringMatching(/rkube\.yaml: EISDIR/),
    });
  });
});
