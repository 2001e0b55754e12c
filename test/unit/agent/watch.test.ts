import { afterEach, describe, expect, it } from 'vitest';
import { KubeClient } from '../../../src/agent/client.ts';
import type { Access } from '../../../src/agent/seen.ts';
import { follow } from '../../../src/agent/watch.ts';
import { Api } from './api.ts';
import { until } from './fakes.ts';

interface Item {
  readonly metadata: { readonly uid: string };
}

const item = (uid: string): Item & { metadata: Record<string, unknown> & { uid: string } } => ({ metadata: { uid } });

const stop: AbortController[] = [];
afterEach(() => stop.splice(0).forEach((each) => each.abort()));

/** Follows a path of the API; keeps what it was told. */
const watching = async (api: Api) => start(await api.listen());

function start(access: Access) {
  const client = new KubeClient(access);
  const controller = new AbortController();
  stop.push(controller);
  const told = { items: new Set<string>(), lists: 0, states: [] as string[], refused: 0 };
  const watcher = {
    onAll: (items: readonly Item[]) => {
      told.lists++;
      told.items = new Set(items.map(({ metadata }) => metadata.uid));
    },
    onChange: (kind: string, { metadata }: Item) =>
      void (kind === 'DELETED' ? told.items.delete(metadata.uid) : told.items.add(metadata.uid)),
    onState: (problem: string, refused: boolean) => {
      told.states.push(problem);
      if (refused) told.refused++;
    },
  };
  const pauses = { first: 10, longest: 50 };
  const ended = follow<Item>(client, '/api/v1/services', '', watcher, controller.signal, pauses);
  return { told, ended, controller, has: () => [...told.items].toSorted().join(' ') };
}

describe('follow', () => {
  it('lists, then follows changes from the version of the list on', async () => {
    await using api = new Api();
    api.items = [item('a')];
    const { told, has } = await watching(api);
    await until(() => api.watching === 1);
    api.change('ADDED', item('b'));
    api.change('DELETED', item('a'));
    await until(() => has() === 'b');
    expect(api.asked).toEqual([
      'GET /api/v1/services?',
      'GET /api/v1/services?watch=1&allowWatchBookmarks=true&resourceVersion=100',
    ]);
    expect(told.states).toEqual(['']);
  });

  it('goes on after a cut connection where it was, without a list', async () => {
    await using api = new Api();
    const { told, has } = await watching(api);
    await until(() => api.watching === 1);
    api.change('ADDED', item('a'));
    await until(() => has() === 'a');
    api.cut();
    await until(() => told.states.length === 3);
    expect(api.asked.at(-1)).toMatch(/resourceVersion=101$/);
    expect(told).toMatchObject({ lists: 1, states: ['', expect.stringMatching(/connection broke/), ''] });
  });

  it('takes the version of bookmarks, and calls them no changes', async () => {
    await using api = new Api();
    const { told } = await watching(api);
    await until(() => api.watching === 1);
    api.bookmark();
    api.bookmark();
    await new Promise((resolve) => setTimeout(resolve, 20));
    api.endWatches();
    await until(() => api.asked.length === 3);
    expect(api.asked.at(-1)).toMatch(/resourceVersion=102$/);
    expect([...told.items]).toEqual([]);
  });

  it('lists anew when its history is gone, told by an event', async () => {
    await using api = new Api();
    const { told, has } = await watching(api);
    await until(() => api.watching === 1);
    api.change('ADDED', item('missed'), false);
    api.frame('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' });
    api.endWatches();
    await until(() => has() === 'missed');
    expect(told.lists).toBe(2);
    expect(told.states).toContain('too old resource version');
  });

  it.each([410, 504, 500])('lists anew when the watch is answered with %i', async (status) => {
    await using api = new Api();
    const { told } = await watching(api);
    await until(() => api.watching === 1);
    api.refuse = { status, times: 1 };
    api.cut();
    await until(() => told.lists === 2 && api.watching === 1);
    expect(told.states).toContain(`refused with ${status}`);
    expect(told.refused).toBe(0);
  });

  it.each([401, 403])(
    'says when its credentials are refused with %i, and goes on when they are not',
    async (status) => {
      await using api = new Api();
      api.refuse = { status, times: 2 };
      const { told } = await watching(api);
      await until(() => told.states.length === 3);
      expect(told).toMatchObject({ refused: 2, states: [`refused with ${status}`, `refused with ${status}`, ''] });
    },
  );

  it('waits for an API that is not there yet, and comes back when it restarts', async () => {
    const first = new Api();
    const access = await first.listen();
    await first[Symbol.asyncDispose]();
    await using api = new Api();
    api.items = [item('a')];
    const { told, has } = start(access);
    await until(() => told.states.length > 0);
    expect(told.states[0]).toMatch(/ECONNREFUSED/);
    await api.listen(access.port);
    await until(() => has() === 'a');
  });

  it('ends when it is told to', async () => {
    await using api = new Api();
    const { ended, controller, told } = await watching(api);
    await until(() => told.states.length === 1);
    controller.abort();
    await ended;
    expect(told.states).toEqual(['']);
  });
});
