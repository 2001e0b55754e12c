// The contract suite on a real engine, as a program for hosts that have node but not this project's dependencies:
//   npx esbuild test/contract/real.ts --bundle --platform=node --format=esm --external:dockerode --outfile=contract.mjs \
//     --banner:js="import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
//   node contract.mjs ENGINE IMAGE [NETWORK [TITLE]]
// IMAGE stays running by itself and has sh and cat. NETWORK is one of the engine's own, such as `pasta` or `none`;
// without it the suite makes one. TITLE, or a part of it, chooses cases. Prints one line a case, ends with `N passed, N failed`, and with 1 when one failed.
import { createServer } from 'node:net';
import { ENGINE_KINDS } from '../../src/config/types.ts';
import { messageOf, RkubeError } from '../../src/core/errors.ts';
import { Lifetime } from '../../src/core/lifetime.ts';
import { LocalRunner } from '../../src/core/runner.ts';
import { detectEngine } from '../../src/engine/detect.ts';
import { localHost } from '../../src/host/local.ts';
import { CASES, cleanUp, type Ground } from './cases.ts';

async function ground([name, image, network]: readonly string[]): Promise<Ground> {
  const kind = ENGINE_KINDS.find((known) => known === name);
  if (kind === undefined || image === undefined) throw new Error(`usage: ${ENGINE_KINDS.join('|')} IMAGE [NETWORK]`);
  const runner = new LocalRunner(new Lifetime(new AbortController().signal));
  const engine = await detectEngine(localHost(runner, { env: process.env }), { engine: kind, allowRootful: true });
  const prefix = `rkube-test-${process.pid}`;
  const busy = network === 'none' ? undefined : withBusyPort;
  return { engine, image, prefix, network: network ?? `${prefix}-net`, withBusyPort: busy };
}

async function withBusyPort(during: (port: number) => Promise<void>): Promise<void> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('expected an IP address'));
      else resolve(address.port);
    });
  });
  try {
    await during(port);
  } finally {
    server.close();
  }
}

/** What went wrong, '' when nothing did. The case's own failure comes before one of cleaning up. */
async function attempt(on: Ground, run: (on: Ground) => Promise<void>): Promise<string> {
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  await run(on).catch(note);
  await cleanUp(on).catch(note);
  return failures
    .map((error) => [messageOf(error), ...(error instanceof RkubeError ? error.details : [])].join('\n     '))
    .join('\n');
}

const [, , kind = '', image = '', network = '', only = ''] = process.argv;
const on = await ground([kind, image, ...(network === '' ? [] : [network])]);
const cases = CASES.filter(({ title }) => title.includes(only));
let failed = 0;
for (const { title, run } of cases) {
  const started = performance.now();
  const problem = await attempt(on, run);
  if (problem !== '') failed += 1;
  process.stdout.write(
    `${problem === '' ? 'ok  ' : 'FAIL'} ${title} (${Math.round(performance.now() - started)} ms)\n`,
  );
  if (problem !== '') process.stdout.write(`     ${problem}\n`);
}
process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
