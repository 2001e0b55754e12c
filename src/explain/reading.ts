import { shipped } from '../core/package.ts';
import type { NodeContainer } from '../node/container.ts';

/** Milliseconds the reading may take: who waits for an error has waited enough. */
const READ_MS = 4_500;

/**
 * Parts of compose/symptoms; `error` is what the failed step said, `engine` what the node wrote to its console, and why
 * the engine runs no command in it.
 */
export type Section =
  | 'units'
  | 'disk'
  | 'inodes'
  | 'controllers'
  | 'inotify'
  | 'memory'
  | 'oom'
  | 'cni'
  | 'addresses'
  | 'routes'
  | 'api'
  | 'pods'
  | 'kubelet'
  | 'containerd'
  | 'rkube-node'
  | 'rkube-images'
  | 'error'
  | 'engine';

/** What was read of a node; a part that could not be read is absent. */
export type Reading = Readonly<Partial<Record<Section, string>>>;

/** The output of compose/symptoms, in parts. */
export function parseReading(text: string): Reading {
  const parts = text.split(/^== ([\w-]+)$/m).slice(1);
  const pairs = parts.flatMap((part, index) => (index % 2 === 0 ? [[part, (parts[index + 1] ?? '').trim()]] : []));
  return Object.fromEntries(pairs.filter(([, said]) => said !== '')) as Reading;
}

/** Reads the symptoms of a node, by one command in it; of one that is not running, what it said last. Never rejects. */
export async function readSymptoms(node: NodeContainer): Promise<Reading> {
  let timer: NodeJS.Timeout | undefined;
  // An engine that hangs does not end when it is told to.
  const late = new Promise<Reading>((resolve) => {
    timer = setTimeout(() => resolve({}), READ_MS + 400);
  });
  const reading = await Promise.race([read(node), late]).catch(() => ({}));
  clearTimeout(timer);
  return reading;
}

async function read(node: NodeContainer): Promise<Reading> {
  const symptoms = shipped('compose', 'symptoms');
  const [inside, outside] = await Promise.all([
    node.try(['bash', '-s'], { effect: 'read', stdin: symptoms, timeoutMs: READ_MS }),
    node.runner.run({ ...node.engine.dialect.logs(node.name, false), timeoutMs: READ_MS }),
  ]);
  const reading = parseReading(inside.stdout);
  // A node that answers tells more than its console.
  return Object.keys(reading).length > 0
    ? reading
    : { engine: [outside.stdout, outside.stderr, inside.stderr].join('\n').trim() };
}
