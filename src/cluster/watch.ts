import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../core/errors.ts';
import { type ContainerEvent, followEvents } from '../engine/events.ts';
import type { ContainerState } from '../engine/types.ts';
import { type Change, changesBetween, containerChange, remember } from './changes.ts';
import { Inbox } from './inbox.ts';
import type { Site } from './site.ts';
import { type Observed, observe } from './status.ts';

/** What is seen now, and what has changed since the last time. */
export interface Sight {
  readonly status: Observed;
  readonly changes: readonly Change[];
}

/** The cluster is asked so often, in the node's own shell: a tenth of a second of processor time. Milliseconds. */
const INTERVAL_MS = 5_000;
/** Pause before an engine that went away is asked for its events again, and the longest one. Milliseconds. */
const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 30_000;

/** Something that was told, or a reason to look again. */
type Notice = ContainerEvent | { readonly lost: string } | 'events come again';

/**
 * What `rkube status` shows, now and after each change, until the signal aborts. The engine is not asked again
 * and again: it tells what happens to the container. It may end and come back, and so may the node.
 */
export async function* watch(site: Site, until: AbortSignal): AsyncGenerator<Sight> {
  const stop = new AbortController();
  const signal = AbortSignal.any([until, stop.signal]);
  const inbox = new Inbox<Notice>();
  let id = '';
  const following = feed(site, signal, inbox, () => ({ name: site.node.name, id }));
  try {
    let container = await site.node.state();
    id = container?.id ?? '';
    let seen = await observe(site, container);
    yield { status: seen, changes: [] };
    while (!signal.aborted) {
      const notices = await inbox.take(INTERVAL_MS, signal);
      let problem = '';
      if (notices.length > 0) ({ container, problem } = await look(site, container));
      id = container?.id ?? '';
      const now = problem === '' ? await observe(site, container) : { ...seen, problem };
      if (signal.aborted) break;
      const changes = [...notices.flatMap((notice) => told(site, container, notice)), ...changesBetween(seen, now)];
      seen = remember(seen, now);
      if (changes.length > 0) yield { status: now, changes };
    }
  } finally {
    stop.abort();
    await following;
  }
}

/** The container as the engine has it; as it was where the engine does not answer. */
async function look(
  site: Site,
  before: ContainerState | undefined,
): Promise<{ container: ContainerState | undefined; problem: string }> {
  try {
    return { container: await site.node.state(), problem: '' };
  } catch (error) {
    return { container: before, problem: messageOf(error) };
  }
}

function told(site: Site, container: ContainerState | undefined, notice: Notice): readonly Change[] {
  if (notice === 'events come again') return [];
  if (!('lost' in notice)) {
    // An engine that tells no names told of another container.
    const others = notice.what === 'started' && container === undefined;
    return others ? [] : [containerChange(site.node.name, notice)];
  }
  return [
    { at: new Date().toISOString(), kind: 'engine', name: site.engine.info.kind, state: `no events: ${notice.lost}` },
  ];
}

/** Follows the engine's events into the inbox, again and again. Tells that they ended once, until they come again. */
async function feed(
  { engine, host }: Site,
  signal: AbortSignal,
  inbox: Inbox<Notice>,
  container: () => { name: string; id: string },
): Promise<void> {
  let pause = RETRY_MS;
  let lost = false;
  while (!signal.aborted) {
    const opened = { at: 0 };
    const onOpen = (): void => {
      opened.at = performance.now();
      if (lost) inbox.put('events come again');
    };
    const why = await followEvents(engine, signal, {
      place: host,
      container,
      onOpen,
      onEvent: (event) => inbox.put(event),
    });
    if (signal.aborted) return;
    const lasted = opened.at > 0 && performance.now() - opened.at > RETRY_LIMIT_MS;
    if (!lost || lasted) inbox.put({ lost: why });
    pause = lasted ? RETRY_MS : Math.min(pause * 2, RETRY_LIMIT_MS);
    lost = true;
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}
