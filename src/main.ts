import { Lifetime } from './core/lifetime.ts';
import { rkubeVersion } from './core/package.ts';

// The first signal interrupts: what was begun is taken back. Further ones are for the clean-up to see (cluster/steps.ts).
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
// The reader of our output went away (`rkube status | head -1`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === '--version') {
  // What scripts ask most often needs nothing of the rest.
  process.stdout.write(`${rkubeVersion()}\n`);
} else {
  const { main } = await import('./cli/program.ts');
  process.exitCode = await main(argv, {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    lifetime: new Lifetime(controller.signal),
  });
}
