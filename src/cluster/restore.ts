import { report } from '../core/reporter.ts';
import type { ContainerState } from '../engine/types.ts';
import { removeContainer, stopNode } from '../node/lifecycle.ts';
import { type Notes, readNotes } from '../node/notes.ts';
import { lockNode, type Site } from './site.ts';
import type { Steps } from './steps.ts';
import { up } from './up.ts';

/** What was found, where nothing is to be done, else what was done. */
export type Restored = 'gone' | 'down' | 'running' | 'started' | 'restarted' | 'created';

/** A node that runs: `hung` when its systemd does not answer, `severed` when the engine's network has left it. */
type Health = 'well' | 'hung' | 'severed';

/** systemd answers within milliseconds, on a host that swaps within seconds. Milliseconds. */
const ANSWER_MS = 30_000;

/** What is to be done about a node. Pure. */
export function remedy(
  notes: Pick<Notes, 'down'> | undefined,
  container: ContainerState['status'] | 'absent',
  health: Health,
): Restored {
  if (notes === undefined) return 'gone';
  if (container === 'running') return health === 'well' ? 'running' : health === 'hung' ? 'restarted' : 'created';
  if (notes.down) return 'down';
  return container === 'absent' ? 'created' : 'started';
}

/**
 * `rkube up --restore`: brings back a node that was here and that nobody took down with rkube, and nothing else.
 * Decided under the node's lock, so that it never works against another verb.
 */
export async function restore(site: Site, steps: Steps, ignore: readonly string[]): Promise<Restored> {
  const { run, host, engine, node, names } = site;
  await lockNode(site);
  const container = await node.state();
  const notes = await readNotes(host, engine, names.volumes.var);
  const health = container?.status === 'running' ? await healthOf(site) : 'well';
  const what = remedy(notes, container?.status ?? 'absent', health);
  if (what === 'gone' || what === 'down') {
    const why = what === 'gone' ? 'There is no node of this name to bring back' : 'The node was taken down';
    report(run.reporter, 'info', `${why}; \`rkube up\` brings it up`);
  }
  if (what === 'restarted')
    await steps.step('Stop the node container: its systemd does not answer', () => stopNode(host, node, names));
  if (what === 'created' && container !== undefined)
    await steps.step('Remove the node container: it has lost its network; its state stays', () =>
      removeContainer(run, host, node, names),
    );
  if (what === 'started' || what === 'restarted' || what === 'created') await up(site, steps, { ignore });
  return what;
}

async function healthOf({ node }: Site): Promise<Health> {
  const line = 'timeout 20 systemctl is-system-running; echo; ip -4 route show default';
  const { stdout } = await node.runner.run(node.spec(['sh', '-c', line], { effect: 'read', timeoutMs: ANSWER_MS }));
  const [state = '', ...routes] = stdout.split('\n');
  // `degraded` and `starting` are answers too.
  if (!/^[a-z]+$/.test(state) || ['offline', 'unknown'].includes(state)) return 'hung';
  return routes.join('').trim() === '' ? 'severed' : 'well';
}
