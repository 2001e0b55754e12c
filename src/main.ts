import { main } from './cli/program.ts';
import { Lifetime } from './core/lifetime.ts';

// The first signal interrupts: what was begun is taken back. Further ones are for the clean-up to see (cluster/steps.ts).
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
// The reader of our output went away (`rkube status | head -1`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  lifetime: new Lifetime(controller.signal),
});
