import type { ContainerEvent } from '../engine/events.ts';
import type { NodeRow, PodRow } from '../kube/rows.ts';
import type { Observed } from './status.ts';

/** One thing that became different. */
export interface Change {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: 'engine' | 'container' | 'cluster' | 'node' | 'pod';
  readonly name: string;
  /** What it is now: `Ready`, `stopped (exit code 137)`, `gone`. */
  readonly state: string;
}

/** What the engine told, as a change of the container. */
export function containerChange(name: string, { at, what, detail }: ContainerEvent): Change {
  const state = what === 'health' ? detail : detail === '' ? what : `${what} (${detail})`;
  return { at, kind: 'container', name, state };
}

/** The newer observation, with what it could not see as it was seen last. */
export function remember(before: Observed, now: Observed): Observed {
  if (now.nodes !== undefined) return now;
  const { nodes, pods, phase, role, problem } = before;
  const known = now.phase === 'unknown' ? { phase, role } : {};
  return { ...now, nodes, pods, ...known, problem: now.problem || problem };
}

/** What differs between what was seen so far and now. A cluster that does not answer is one change. */
export function changesBetween(before: Observed, now: Observed, at = new Date().toISOString()): readonly Change[] {
  const changes: Change[] = [];
  if (before.phase !== now.phase && now.phase !== 'unknown')
    changes.push({ at, kind: 'node', name: now.node, state: `${now.role}, ${now.phase}` });
  const answers = before.problem !== '' && now.nodes !== undefined;
  if (answers || (before.problem === '' && now.problem !== ''))
    changes.push({ at, kind: 'cluster', name: now.cluster, state: now.problem || 'answers' });
  const rows = <T>(
    kind: Change['kind'],
    from: readonly T[] | undefined,
    to: readonly T[] | undefined,
    of: Naming<T>,
  ) => {
    if (from !== undefined && to !== undefined)
      changes.push(...differences(index(from, of), index(to, of)).map(([name, state]) => ({ at, kind, name, state })));
  };
  rows('node', before.nodes, now.nodes, nodeNaming);
  rows('pod', before.pods, now.pods, podNaming);
  return changes;
}

interface Naming<T> {
  readonly name: (row: T) => string;
  readonly state: (row: T) => string;
}

const nodeNaming: Naming<NodeRow> = {
  name: ({ name }) => name,
  state: ({ ready, version, message }) => (ready ? `Ready ${version}` : `NotReady: ${message}`),
};
const podNaming: Naming<PodRow> = {
  name: ({ namespace, name }) => `${namespace}/${name}`,
  state: ({ state, well, node, restarts }) =>
    [
      `${state}${state === 'Running' && !well ? ', not ready' : ''}${node && ` on ${node}`}`,
      ...(restarts > 0 ? [`restarts ${restarts}`] : []),
    ].join(', '),
};

const index = <T>(rows: readonly T[], { name, state }: Naming<T>): ReadonlyMap<string, string> =>
  new Map(rows.map((row) => [name(row), state(row)]));

/** Name and new state of each row that came, went or changed. */
function differences(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  const changed = [...now].filter(([name, state]) => before.get(name) !== state);
  const gone = [...before.keys()].filter((name) => !now.has(name)).map((name) => [name, 'gone'] as const);
  return [...changed, ...gone];
}
