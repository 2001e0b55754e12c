import * as z from 'zod/mini';
import { messageOf } from '../core/errors.ts';
import { lineSplitter } from '../core/lines.ts';
import { tryJson } from './json.ts';
import type { Place } from './place.ts';
import { openSocket, readLines } from './socket.ts';
import type { ContainerEngine } from './types.ts';

/** What happened to a container. */
export interface ContainerEvent {
  /** ISO 8601, UTC; the engine's own time. */
  readonly at: string;
  readonly what: 'started' | 'stopped' | 'removed' | 'health';
  /** `exit code 137`, `healthy`; '' when there is nothing to add. */
  readonly detail: string;
}

/** Events that are followed; exec's, of which rkube itself makes many, are left out by the engine. */
const FOLLOWED = ['start', 'die', 'died', 'destroy', 'remove', 'health_status'];

/** Filters that Docker and Podman share. The name's is by prefix: parseEvent reads exactly. */
export function eventFilters(name: string, since: Date): readonly string[] {
  const filters = ['type=container', `container=${name}`, ...FOLLOWED.map((event) => `event=${event}`)];
  return ['--since', since.toISOString(), ...filters.flatMap((filter) => ['--filter', filter])];
}

const text = z.optional(z.union([z.string(), z.number()]));
/** Docker's and Podman's API and Docker's command line, Podman's command line, nerdctl: each its own words. */
const Told = z.object({
  Action: text,
  Status: text,
  Topic: text,
  Actor: z.optional(z.object({ ID: text, Attributes: z.optional(z.record(z.string(), z.string())) })),
  Name: text,
  ID: text,
  ContainerExitCode: text,
  HealthStatus: text,
  health_status: text,
  time: text,
  timeNano: text,
  Timestamp: text,
  /** nerdctl: containerd's event, as JSON in a string. */
  Event: text,
});
const Containerd = z.object({ container_id: text, id: text, exit_status: text });

const WHAT: Readonly<Record<string, ContainerEvent['what']>> = {
  start: 'started',
  '/tasks/start': 'started',
  die: 'stopped',
  died: 'stopped',
  '/tasks/exit': 'stopped',
  destroy: 'removed',
  remove: 'removed',
  '/containers/delete': 'removed',
  health_status: 'health',
};

/**
 * Reads one event of the container with this name or, where engines tell no names, id; undefined for all others.
 * Without names, and as long as there is no id, every container could be the one.
 */
export function parseEvent(line: string, container: { name: string; id: string }): ContainerEvent | undefined {
  const told = Told.safeParse(tryJson(line));
  if (!told.success) return undefined;
  const { data } = told;
  const inner = Containerd.safeParse(tryJson(String(data.Event ?? '{}'))).data ?? {};
  const attributes = data.Actor?.Attributes ?? {};
  const [action = '', health = ''] = String(data.Action ?? data.Topic ?? data.Status ?? '').split(': ');
  const what = WHAT[action];
  if (what === undefined) return undefined;
  const name = attributes['name'] ?? data.Name;
  const id = inner.container_id ?? inner.id;
  if (name === undefined ? id !== (container.id || id) : name !== container.name) return undefined;
  // The end of a command that was run in the container.
  if (inner.container_id !== undefined && (inner.id ?? inner.container_id) !== inner.container_id) return undefined;
  const code = attributes['exitCode'] ?? data.ContainerExitCode ?? inner.exit_status ?? (data.Topic && 0);
  const state = health || String(data.HealthStatus ?? data.health_status ?? '');
  const detail = what === 'health' ? state : what === 'stopped' && code !== undefined ? `exit code ${code}` : '';
  return { at: time(data), what, detail };
}

function time({ time, timeNano, Timestamp }: z.infer<typeof Told>): string {
  const ms =
    Timestamp !== undefined ? Date.parse(String(Timestamp)) : timeNano ? Number(timeNano) / 1e6 : Number(time) * 1000;
  return new Date(Number.isFinite(ms) ? ms : Date.now()).toISOString();
}

interface Following {
  readonly place: Place;
  /** The engine's container name, and the id it has now. */
  readonly container: () => { name: string; id: string };
  readonly onEvent: (event: ContainerEvent) => void;
  /** Events come from now on. */
  readonly onOpen: () => void;
}

/**
 * Follows a container's events until the signal aborts or the engine ends them, by the socket where it has one.
 * Resolves with why they ended; never rejects, as an engine may go and come back.
 */
export async function followEvents(
  engine: ContainerEngine,
  signal: AbortSignal,
  following: Following,
): Promise<string> {
  const { container, onEvent, onOpen } = following;
  const onLine = (line: string): void => {
    const event = parseEvent(line, container());
    if (event !== undefined) onEvent(event);
  };
  try {
    const socket = await openSocket(engine, following.place, signal);
    if (socket === undefined) return await followCommand(engine, signal, container().name, onLine, onOpen);
    const filters = { type: ['container' as const], container: [container().name], event: FOLLOWED };
    const stream = await socket.getEvents({ filters, abortSignal: signal });
    onOpen();
    await readLines(stream, onLine);
    return 'the engine closed the connection';
  } catch (error) {
    return messageOf(error);
  }
}

async function followCommand(
  engine: ContainerEngine,
  signal: AbortSignal,
  name: string,
  onLine: (line: string) => void,
  onOpen: () => void,
): Promise<string> {
  const spec = engine.dialect.events(name, new Date());
  const split = lineSplitter(onLine);
  let words = '';
  const channel = await engine.runner.open?.(spec, (stream, text) => {
    if (stream === 'stdout') split(text);
    else words = (words + text).slice(-1000);
  });
  if (channel === undefined) return 'commands are only shown';
  const end = (): void => channel.end();
  signal.addEventListener('abort', end, { once: true });
  onOpen();
  const { notFound } = await channel.ended;
  signal.removeEventListener('abort', end);
  return words.trim().split('\n').at(-1) || (notFound ? `${spec.file} is not installed` : `${spec.file} events ended`);
}
