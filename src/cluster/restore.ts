import { report } from '../core/reporter.ts';
import type { ContainerState } from '../engine/types.ts';
import { removeContainer, stopNode } from '../node/lifecycle.ts';
import { type Notes, readNotes } from '../node/notes.ts';
import { movedFrom } from '../node/state.ts';
import { type SyncResult, sync } from './move/sync.ts';
import { lockNode, type Site } from './site.ts';
import type { Steps } from './steps.ts';
import { up } from './up.ts';

/** What was found, where nothing is to be done, else what was done. */
export type Restored = 'gone' | 'down' | 'running' | 'started' | 'restarted' | 'created' | 'moved';

export interface Restoration {
  readonly restored: Restored;
  /** Where the host had another address, and the node followed. */
  readonly moved?: SyncResult;
}

/** A node that runs: `hung` when its systemd does not answer, `severed` when the engine's network has left it. */
type Health = 'well' | 'hung' | 'severed';

/** systemd answers within milliseconds, on a host that swaps within seconds. Milliseconds. */
const ANSWER_MS = 30_000;

/** What is to be done about a node. Pure. */
export function remedy(
  notes: Pick<Notes, 'down' | 'state'> | undefined,
  address: string,
  container: ContainerState['status'] | 'absent',
  health: Health,
): Restored {
  if (notes === undefined) return 'gone';
  if (notes.down && container !== 'running') return 'down';
  if (movedFrom(notes.state, address) !== undefined) return 'moved';
  if (container === 'running') return health === 'well' ? 'running' : health === 'hung' ? 'restarted' : 'created';
  return container === 'absent' ? 'created' : 'started';
}

/**
 * `rkube up --restore`: brings back a node that was here and that nobody took down with rkube, and nothing else. Where
 * the host has another address by now, which is in `site` then, the node follows it.
 * Decided under the node's lock, so that it never works against another verb.
 */
export async function restore(site: Site, steps: Steps, ignore: readonly string[]): Promise<Restoration> {
  const { run, host, engine, node, names } = site;
  await lockNode(site);
  const container = await node.state();
  const notes = await readNotes(host, engine, names.volumes.var);
  const health = container?.status === 'running' ? await healthOf(site) : 'well';
  const what = remedy(notes, site.config.address, container?.status ?? 'absent', health);
  if (what === 'gone' || what === 'down') {
    const why = what === 'gone' ? 'There is no node of this name to bring back' : 'The node was taken down';
    report(run.reporter, 'info', `${why}; \`rkube up\` brings it up`);
  }
  if (what === 'moved') return { restored: what, moved: await sync(site, steps, { controlPlanes: [], ignore }) };
  if (what === 'restarted')
    await steps.step('Stop the node container: its systemd does not answer', () => stopNode(host, node, names));
  if (what === 'created' && container !== undefined)
    await steps.step('Remove the node container: it has lost its network; its state stays', () =>
      removeContainer(run, host, node, names),
    );
  if (what === 'started' || what === 'restarted' || what === 'created') await up(site, steps, { ignore });
  return { restored: what };
}

async function healthOf({ node }: Site): Promise<Health> {
  const line = 'timeout 20 systemctl is-system-running; echo; ip -4 route show default';
  const { stdout } = await node.runner.run(node.spec(['sh', '-c', line], { effect: 'read', timeoutMs: ANSWER_MS }));
  const [state = '', ...routes] = stdout.split('\n');
  // `degraded` and `starting` are answers too.
  if (!/^[a-z]+$/.test(state) || ['offline', 'unknown'].includes(state)) return 'hung';
  return routes.join('').trim() === '' ? 'severed' : 'well';
}
