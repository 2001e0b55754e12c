import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../core/errors.ts';
import { type KubeClient, wordsOf } from './client.ts';

/** What the watcher of a resource is told. */
export interface Watcher<T> {
  /** All objects, at the beginning and whenever changes may have been missed. */
  onAll(items: readonly T[]): void;
  onChange(kind: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Why nothing is heard; '' when changes come. */
  onState(problem: string, refused: boolean): void;
}

interface Frame {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: { readonly metadata?: { readonly resourceVersion?: string }; readonly message?: string };
}

/** Pauses before the API is asked again. Milliseconds. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}
const PAUSES: Pauses = { first: 200, longest: 5_000 };

/**
 * Lists a resource and follows its changes until the signal aborts, over lost connections, restarts of the API and
 * histories that were thrown away. (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes)
 * @param path e.g. `/api/v1/services`; `query` narrows it, e.g. `fieldSelector=…&`
 */
export async function follow<T>(
  client: KubeClient,
  path: string,
  query: string,
  watcher: Watcher<T>,
  signal: AbortSignal,
  { first, longest }: Pauses = PAUSES,
): Promise<void> {
  let version = '';
  let pause = first;
  const heard = (): void => {
    pause = first;
    watcher.onState('', false);
  };
  while (!signal.aborted) {
    try {
      if (version === '') version = await list(client, `${path}?${query}`, watcher, signal);
      version = await changes(client, `${path}?${query}`, version, watcher, signal, heard);
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof Refusal && (error.status === 401 || error.status === 403);
      // A history that is gone, or of another life of etcd.
      if (error instanceof Refusal) version = '';
      watcher.onState(messageOf(error), refused);
    }
    await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, longest);
  }
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function list<T>(client: KubeClient, path: string, watcher: Watcher<T>, signal: AbortSignal): Promise<string> {
  const answer = await client.ask(path, { signal });
  if (answer.status !== 200) throw new Refusal(answer.status, wordsOf(answer));
  const { metadata, items } = JSON.parse(answer.body) as { metadata: { resourceVersion: string }; items: T[] };
  watcher.onAll(items);
  return metadata.resourceVersion;
}

/** Follows changes from this version on; resolves with the latest when the API ends the answer, or the connection breaks. */
async function changes<T>(
  client: KubeClient,
  path: string,
  from: string,
  watcher: Watcher<T>,
  signal: AbortSignal,
  heard: () => void,
): Promise<string> {
  let version = from;
  let status = 0;
  let refusal: Refusal | undefined;
  const onLine = (line: string): void => {
    if (status !== 200) {
      refusal ??= new Refusal(status, wordsOf({ status, body: line }));
      return;
    }
    const { type, object } = JSON.parse(line) as Frame;
    if (type === 'ERROR') {
      refusal = new Refusal(410, object.message ?? 'the API ended the watch with an error');
      return;
    }
    version = object.metadata?.resourceVersion ?? version;
    if (type !== 'BOOKMARK') watcher.onChange(type, object as T);
  };
  const onOpen = (is: number): void => {
    status = is;
    if (status === 200) heard();
  };
  try {
    await client.follow(`${path}watch=1&allowWatchBookmarks=true&resourceVersion=${from}`, signal, onOpen, onLine);
  } catch (error) {
    // Cut off: what was heard until then counts, and the next try goes on from there.
    if (status !== 200) throw error;
    if (!signal.aborted) watcher.onState(`the connection broke: ${messageOf(error)}`, false);
  }
  if (refusal !== undefined) throw refusal;
  if (status !== 200) throw new Refusal(status, `the API answered with status ${status}`);
  return version;
}
