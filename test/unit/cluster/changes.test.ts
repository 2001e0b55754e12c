import { describe, expect, test } from 'vitest';
import { changesBetween, containerChange, remember } from '../../../src/cluster/changes.ts';
import type { Observed } from '../../../src/cluster/status.ts';
import type { NodeRow, PodRow } from '../../../src/kube/rows.ts';

const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  name,
  ready: true,
  role: 'worker',
  address: '192.0.2.1',
  version: 'v1.36.3',
  message: '',
  ...more,
});
const pod = (name: string, more: Partial<PodRow> = {}): PodRow => ({
  namespace: 'a',
  name,
  node: 'host1',
  state: 'Running',
  restarts: 0,
  well: true,
  ...more,
});
const well: Observed = {
  cluster: 'lab',
  node: 'host1',
  address: '192.0.2.1',
  engine: 'podman 5.4.2',
  container: 'running',
  image: 'i',
  phase: 'member',
  role: 'control-plane',
  nodes: [node('host1')],
  pods: [pod('p')],
  ailingPods: [],
  problem: '',
};
const silent: Observed = { ...well, nodes: undefined, pods: undefined, ailingPods: undefined, problem: 'refused' };
const stopped: Observed = { ...silent, container: 'stopped', phase: 'unknown', role: 'unknown', problem: '' };

const told = (before: Observed, now: Observed): string[] =>
  changesBetween(before, now).map(({ kind, name, state }) => `${kind} ${name}: ${state}`);

test.each([
  ['nothing', {}, []],
  [
    'a node that came',
    { nodes: [node('host1'), node('host2', { ready: false, message: 'cni' })] },
    ['node host2: NotReady: cni'],
  ],
  ['a node that went', { nodes: [] }, ['node host1: gone']],
  ['a node of a new version', { nodes: [node('host1', { version: 'v1.37.0' })] }, ['node host1: Ready v1.37.0']],
  [
    'a pod that came',
    { pods: [pod('p'), pod('q', { node: '', state: 'Pending', well: false })] },
    ['pod a/q: Pending'],
  ],
  [
    'a pod that fails',
    { pods: [pod('p', { state: 'CrashLoopBackOff', well: false })] },
    ['pod a/p: CrashLoopBackOff on host1'],
  ],
  ['a pod that is not ready', { pods: [pod('p', { well: false })] }, ['pod a/p: Running, not ready on host1']],
  ['a pod that went', { pods: [] }, ['pod a/p: gone']],
  ['a pod that restarted in between', { pods: [pod('p', { restarts: 1 })] }, ['pod a/p: Running on host1, restarts 1']],
  ['a node that was made a member', { role: 'worker' as const }, []],
] satisfies [string, Partial<Observed>, string[]][])('%s', (_, more, expected) => {
  expect(told(well, { ...well, ...more })).toEqual(expected);
});

test('a node that becomes a member', () => {
  const empty: Observed = { ...stopped, container: 'running', phase: 'empty', role: 'control-plane' };
  expect(told(empty, well)).toEqual(['node host1: control-plane, member']);
});

describe('a cluster that does not answer', () => {
  test('is one change, whatever its words, and one when it answers', () => {
    expect(told(well, silent)).toEqual(['cluster lab: refused']);
    const seen = remember(well, silent);
    expect(told(seen, { ...silent, problem: 'time-out' })).toEqual([]);
    expect(told(seen, well)).toEqual(['cluster lab: answers']);
  });

  test('keeps what was seen of it: only what is new then is told', () => {
    expect(told(remember(well, silent), { ...well, nodes: [] })).toEqual(['cluster lab: answers', 'node host1: gone']);
  });

  test('a node that stops and comes back well changes nothing else', () => {
    expect(told(well, stopped)).toEqual([]);
    expect(told(remember(well, stopped), well)).toEqual([]);
  });

  test('a node that stops while it does not answer does not make it answer', () => {
    expect(told(remember(well, silent), stopped)).toEqual([]);
    expect(told(remember(remember(well, silent), stopped), well)).toEqual(['cluster lab: answers']);
  });
});

test.each([
  [{ what: 'started', detail: '' }, 'started'],
  [{ what: 'stopped', detail: 'exit code 137' }, 'stopped (exit code 137)'],
  [{ what: 'health', detail: 'unhealthy' }, 'unhealthy'],
] as const)('the container: %j', (event, state) => {
  const at = '2026-11-21T15:44:14.268Z';
  expect(containerChange('rkube-lab-host1', { at, ...event })).toEqual({
    at,
    kind: 'container',
    name: 'rkube-lab-host1',
    state,
  });
});
