import { expect, test } from 'vitest';
import { remedy } from '../../../src/cluster/restore.ts';
import type { NodeState } from '../../../src/node/state.ts';

const HERE = '192.0.2.7';
const state = { phase: 'member', address: HERE } as NodeState;
const up = { down: false, state };
const down = { down: true, state };
const elsewhere = { ...state, address: '192.0.2.50' };

test.each([
  ['nothing on a volume', undefined, 'absent', 'well', 'gone'],
  ['a container of ours that was never prepared', undefined, 'stopped', 'well', 'gone'],
  ['no container', up, 'absent', 'well', 'created'],
  ['a container that ended', up, 'stopped', 'well', 'started'],
  ['a container that was made and not started', up, 'created', 'well', 'started'],
  ['one that runs', up, 'running', 'well', 'running'],
  ['one that hangs', up, 'running', 'hung', 'restarted'],
  ['one without its network', up, 'running', 'severed', 'created'],
  ['one taken down', down, 'stopped', 'well', 'down'],
  ['one taken down whose container others removed', down, 'absent', 'well', 'down'],
  ['one whose host has another address', { down: false, state: elsewhere }, 'running', 'well', 'moved'],
  [
    'one whose move was cut off',
    { down: false, state: { ...state, movedFrom: '192.0.2.50' } },
    'created',
    'well',
    'moved',
  ],
  ['one taken down whose host has another address', { down: true, state: elsewhere }, 'stopped', 'well', 'down'],
] as const)('%s', (_, notes, container, health, what) => {
  expect(remedy(notes, HERE, container, health)).toBe(what);
});
