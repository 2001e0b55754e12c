// Runs on a lab host beside rkube's dist/: opens ports as the agent does, and closes them when it is told to end.
// node ports-driver.mjs PLACE PORTS: both as JSON. Prints how long it took.
import { once } from 'node:events';
import { forwarderFor } from '../../src/agent/forward/choose.ts';

const [place, ports] = process.argv.slice(2).map((text) => JSON.parse(text));
const forwarder = forwarderFor(place);

/** @param {(port: any) => Promise<void>} change all at once, as many Services would */
async function timed(change) {
  const before = performance.now();
  await Promise.all(ports.map(change));
  return Math.round(performance.now() - before);
}

process.stdout.write(`opened ${ports.length} in ${await timed((port) => forwarder.open(port))} ms\n`);
const alive = setInterval(() => {}, 60_000);
await once(process, 'SIGTERM');
clearInterval(alive);
process.stdout.write(`closed ${ports.length} in ${await timed((port) => forwarder.close(port))} ms\n`);
await forwarder.end();
