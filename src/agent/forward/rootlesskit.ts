import { statSync } from 'node:fs';
import { messageOf, RkubeError } from '../../core/errors.ts';
import type { Forwarder, HostPort } from '../types.ts';
import { type Entry, note, recall, stillThere } from './memory.ts';
import { inTurn, keyOf, same } from './port.ts';
import { refusal } from './refusal.ts';
import { addPort, listPorts, Refused, removePort, type Spec } from './rootlesskit-api.ts';

interface Options {
  /** Path of its API socket. */
  readonly socket: string;
  /** Where RootlessKit's network reaches the node. */
  readonly ownAddress: string;
  /** File in which ports of ours are noted before they are asked for. */
  readonly memory: string;
}

/** How RootlessKit words what bind(2) told it. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/address already in use|conflict with ID/, 'EADDRINUSE'],
  [/permission denied|privileged port/, 'EACCES'],
  [/cannot assign requested address/, 'EADDRNOTAVAIL'],
];

/** Ports that RootlessKit opens and carries: they stay when this process ends, and go when the engine ends. */
export function rootlessKit({ socket, ownAddress, memory }: Options): Forwarder {
  const turn = inTurn();
  let known: readonly Entry[] = [];
  let start = '';

  const keep = (entries: readonly Entry[]): void => {
    known = entries;
    note(memory, entries);
  };
  const remove = async (entry: Entry): Promise<void> => {
    if (entry.id !== undefined) await removePort(socket, entry.id).catch(unlessGone);
    keep(known.filter((each) => each !== entry));
  };
  /** Makes what is known true. What led to the node before it got another address leads nowhere, or to somebody else. */
  const look = async (): Promise<void> => {
    const now = startOf(socket);
    const noted = start === '' ? await recall(memory) : known;
    const there = stillThere(noted, await listPorts(socket));
    start = now;
    if (there.length !== noted.length || there.some(({ id }, index) => id !== noted[index]?.id)) keep(there);
    known = there;
    for (const entry of there) if (entry.spec.childIP !== ownAddress) await remove(entry);
  };
  /** RootlessKit never uses an id again while it runs: what is known stays true until it starts anew. */
  const fresh = async (): Promise<void> => {
    if (start === '' || start !== startOf(socket)) await look();
  };
  const spec = ({ protocol, address, port, target }: HostPort): Spec => ({
    // Plain tcp on 0.0.0.0 would be IPv6, too.
    proto: `${protocol}4`,
    parentIP: address,
    parentPort: port,
    childIP: ownAddress,
    childPort: target.port,
  });
  const find = (port: HostPort): Entry | undefined => known.find((entry) => keyOf(entry.port) === keyOf(port));

  const open = async (port: HostPort): Promise<void> => {
    await fresh();
    const had = find(port);
    if (had !== undefined && same(had.port, port)) return;
    if (had !== undefined) await remove(had);
    const before = known;
    const entry: Entry = { spec: spec(port), port };
    keep([...before, entry]);
    try {
      const { id } = await addPort(socket, entry.spec);
      // Noted with the next one: without its id it would be found, too.
      known = [...before, { ...entry, id }];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      keep(before);
      const [, code = ''] = WORDS.find(([words]) => words.test(error.message)) ?? [];
      throw await refusal(port, code, `RootlessKit: ${error.message}`);
    }
  };
  const close = async (port: HostPort): Promise<void> => {
    await fresh();
    const had = find(port);
    if (had !== undefined) await remove(had);
  };
  const list = async (): Promise<readonly HostPort[]> => {
    await look();
    return known.map(({ port }) => port);
  };
  return {
    kind: 'rootlesskit',
    open: (port) => turn(() => open(port).catch(explain)),
    // Its ports have ended with it.
    close: (port) => turn(() => close(port).catch((error: unknown) => unlessAway(error))),
    list: () => turn(() => list().catch((error: unknown) => unlessAway(error) ?? [])),
    end: async () => {},
  };

  function unlessAway(error: unknown): undefined {
    if (!isAway(error)) explain(error);
    start = '';
    return undefined;
  }

  function explain(error: unknown): never {
    if (error instanceof RkubeError) throw error;
    throw new RkubeError({
      id: 'rootlesskit-failed',
      message: `RootlessKit at ${socket} did not do as asked: ${messageOf(error)}`,
      next: 'See whether the engine runs: `rkube status`.',
      cause: error,
    });
  }
}

/** Differs for every start: the socket is made anew. */
function startOf(socket: string): string {
  const { ino, ctimeMs } = statSync(socket);
  return `${ino} ${ctimeMs}`;
}

const isAway = (error: unknown): boolean =>
  ['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '');

function unlessGone(error: unknown): void {
  if (!(error instanceof Refused && error.message.startsWith('unknown id'))) throw error;
}
