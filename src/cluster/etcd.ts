import { shipped } from '../core/package.ts';
import { awaitCondition } from '../core/run.ts';
import { done, notYet } from '../core/wait.ts';
import type { Site } from './site.ts';

// What etcd's members know of this node's (compose/etcd-member).

/** The kubelet starts etcd, and most of its members agree; seconds on a quiet host. */
const AGREED_MS = 180_000;
/** Exit codes of the script. */
const NOT_RUNNING = 2;
const ALONE = 3;

interface Outcome {
  readonly exitCode: number | null;
  readonly said: string;
}

async function ask(site: Site, argv: readonly string[]): Promise<Outcome> {
  const stdin = shipped('compose', 'etcd-member');
  const options = { stdin, effect: 'write', timeoutMs: 90_000 } as const;
  const { exitCode, stderr } = await site.node.try(['bash', '-s', ...argv], options);
  return { exitCode, said: stderr.trim().split('\n').at(-1) || 'no answer' };
}

/**
 * Tells etcd's members the address of this one. One alone knows itself there; the others it dials where it knows them,
 * so that most of them agree.
 */
export async function updateEtcdMember(site: Site): Promise<void> {
  const { run, config } = site;
  const url = `https://${config.address}:2380`;
  await awaitCondition(
    run,
    {
      describe: `etcd's members to know this one at ${url}`,
      deadlineMs: AGREED_MS,
      next: 'Control planes of other hosts must run, and be where they were. See `rkube logs` for the kubelet. `rkube sync` goes on.',
      probe: async () => {
        const { exitCode, said } = await ask(site, ['at', config.node, url]);
        return exitCode === 0 ? done(true) : notYet(said);
      },
    },
    true,
  );
}

/**
 * How a node stands to etcd's other members: it has left them; there are none; or its own does not run, and so cannot
 * tell.
 */
export type Leaving = 'left' | 'alone' | 'unknown';

/**
 * Takes this node's member out of etcd, which the others would count for ever. etcd refuses while another member has just
 * come back, or where those that are left would be no majority: asked again, but only once with `force`.
 * @throws RkubeError `timeout` when most of the members do not answer
 */
export async function leaveEtcd(site: Site, { force }: { force: boolean }): Promise<Leaving> {
  const { run, config } = site;
  return awaitCondition<Leaving>(
    run,
    {
      describe: `etcd's other members to let ${config.node} go`,
      deadlineMs: force ? 0 : AGREED_MS,
      next: `Without ${config.node} the control planes that run might be no majority. Start those that do not, or take them out of etcd if they are lost (docs/clusters.md); or go all the same, with \`--force\`.`,
      probe: async () => {
        const { exitCode, said } = await ask(site, ['leave', config.node]);
        if (exitCode === 0) return done('left');
        if (exitCode === ALONE) return done('alone');
        return exitCode === NOT_RUNNING ? done('unknown') : notYet(said);
      },
    },
    'alone',
  );
}
