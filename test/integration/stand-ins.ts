import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ENGINE_KINDS } from '../../src/config/types.ts';
import { run, wantsInput } from '../fixtures/engine/fake/run.mjs';
import { type FakeEngines, type FakeOptions, fakeEngines } from '../fixtures/engine/fake-engines.ts';

const CLIENT = fileURLToPath(new URL('engine', import.meta.url));

/** Environment of each set of engines, by the folder of their state. */
const known = new Map<string, Readonly<Record<string, string>>>();

const server = createServer(serve);
const port = await new Promise<number>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address ? address.port : 0);
  });
});
server.unref();

/** One line comes, the name of the call; one goes, its exit code. The client may die while it waits. */
function serve(socket: Socket): void {
  socket.on('error', () => {});
  createInterface({ input: socket }).once('line', (call) => {
    // The test is over and its folder gone.
    answer(socket, call).catch(() => socket.destroy());
  });
}

async function answer(socket: Socket, call: string): Promise<void> {
  const [kind = '', ...argv] = readFileSync(`${call}.argv`, 'utf8').split('\0').slice(0, -1);
  const env = known.get(dirname(dirname(call))) ?? {};
  const stdin = wantsInput(argv) ? readFileSync(`${call}.in`) : undefined;
  // A stand-in that still works when its test is over has nowhere to answer.
  const { exitCode, stdout, stderr } = await run(kind, argv, stdin, env).catch((error: unknown) => ({
    exitCode: 125,
    stdout: '',
    stderr: String(error),
  }));
  if (socket.destroyed) return;
  writeFileSync(`${call}.out`, stdout);
  writeFileSync(`${call}.err`, stderr);
  socket.end(`${exitCode}\n`);
}

/** Engines as `fakeEngines` makes them, whose executables answer in a few milliseconds. */
export function quickEngines(options: FakeOptions): FakeEngines {
  const fakes = fakeEngines(options);
  const root = fakes.env['FAKE_ENGINE_STATE'] ?? '';
  known.set(root, fakes.env);
  mkdirSync(join(root, 'calls'));
  for (const kind of options.kinds ?? ENGINE_KINDS) {
    rmSync(join(root, 'bin', kind));
    symlinkSync(CLIENT, join(root, 'bin', kind));
  }
  return {
    ...fakes,
    env: { ...fakes.env, FAKE_ENGINE_PORT: String(port) },
    [Symbol.dispose]: () => fakes[Symbol.dispose](),
  };
}
