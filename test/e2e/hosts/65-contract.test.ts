import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { lab, ok, on } from '../lab.ts';

// The contract suite on the real engines of both suites of Debian: the same cases as on the stand-ins.

const IMAGE = 'localhost/rkube-contract:1';
const TINY = readFileSync(new URL('tiny-image.sh', import.meta.url), 'utf8');
const ENGINES = [
  ['alice', 'podman', 'pasta'],
  ['bob', 'docker', ''],
  ['carol', 'nerdctl', ''],
] as const;

/** The suite as one file: hosts have node, but not this project's dependencies. */
async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-contract-'));
  try {
    const outfile = join(folder, 'contract.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('../../contract/real.ts', import.meta.url))],
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Loaded only where the socket is used, which the suite leaves to 70-sockets.
      external: ['dockerode'],
      outfile,
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    return readFileSync(outfile, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('every real engine keeps the contract', () => {
  let suite = '';
  beforeAll(async () => {
    suite = await bundle();
    await lab('up', '1');
    await lab('up', '2', '--suite', 'forky');
  });

  // Hosts side by side, as each has a processor of its own; the engines of one host in turn.
  test.concurrent.each([
    ['1', 'trixie'],
    ['2', 'forky'],
  ])('on host %s, %s', async (host) => {
    for (const [user, engine, network] of ENGINES) {
      const who = `${user}@${host}`;
      await ok(who, `sh -s ${engine} ${IMAGE}`, { input: TINY });
      const line = `cd contract && cat >contract.mjs && node contract.mjs ${engine} ${IMAGE} ${network}; code=$?; rm -rf ~/contract; exit $code`;
      const { code, stdout, stderr } = await on(who, line, { input: suite, seconds: 300 });
      expect(stdout, `${engine}: ${stdout}\n${stderr}`).toMatch(/^\d\d passed, 0 failed$/m);
      expect(code).toBe(0);
    }
  });
});
