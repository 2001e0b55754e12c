import { afterEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/agent/journal.ts';
import { mend } from '../../../src/agent/mend.ts';
import type { RunningNode } from '../../../src/agent/seen.ts';
import { ServedNode } from '../../../src/agent/served.ts';
import { Api } from './api.ts';
import { FakeForwarder, NODE, until } from './fakes.ts';

const clean: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of clean.splice(0).reverse()) await each();
});

/** A node that knows the API at 127.0.0.1, which tells of these control planes. */
async function servedNode(...planes: string[]) {
  const api = new Api();
  clean.push(() => api[Symbol.asyncDispose]());
  api.tellPlanes(...planes);
  const seen = { ...NODE, running: { place: { pid: 0 }, access: await api.listen() } } as unknown as RunningNode;
  const served = new ServedNode(seen, {
    forwarder: new FakeForwarder(),
    journal: new Journal(() => {}),
    onRefused: () => {},
    token: async () => '',
  });
  clean.push(() => served.end());
  served.serve(seen);
  await until(() => api.watching === 1 && api.watchingPlanes === 1);
  return { api, served };
}

const knowing = ({ seen: { running } }: ServedNode, address: string) => ({
  ...running.access,
  addresses: [...running.access.addresses, address],
});

describe('the control planes that the API tells of', () => {
  it('are nothing new when the node knows them all, nor when one is gone for a while', async () => {
    const { api, served } = await servedNode('127.0.0.1', '192.0.2.9');
    await until(() => served.newPlanes.length > 0);
    served.serve({ ...served.seen, running: { ...served.seen.running, access: knowing(served, '192.0.2.9') } });
    expect(served.newPlanes).toEqual([]);
    api.tellPlanes('127.0.0.1');
    await until(() => api.watchingPlanes === 1);
    expect(served.newPlanes).toEqual([]);
  });

  it('are all named when the node does not know one of them', async () => {
    const { api, served } = await servedNode('127.0.0.1');
    api.tellPlanes('192.0.2.9', '127.0.0.1');
    await until(() => served.newPlanes.length > 0);
    expect(served.newPlanes).toEqual(['127.0.0.1', '192.0.2.9']);
  });

  it('are heard of again after the connection broke', async () => {
    const { api, served } = await servedNode('127.0.0.1', '192.0.2.9');
    await until(() => served.newPlanes.length === 2);
    api.cut();
    await until(() => api.watchingPlanes === 1);
    api.tellPlanes('127.0.0.1');
    await until(() => served.newPlanes.length === 0);
    expect(api.watching).toBe(1);
  });
});

describe('mending a node', () => {
  /** What rkube was asked, and what mending says where it answers so. */
  async function mended(answer: object, planes: readonly string[]) {
    const asked: string[] = [];
    const ask = async <T>(args: readonly string[]): Promise<T> => {
      asked.push(args.join(' '));
      return answer as T;
    };
    return [await mend(ask, NODE, planes, new AbortController().signal), asked];
  }
  const which = '--cluster lab --node host1 --engine podman --json --progress plain';

  it('that does not know all control planes is to tell it of them, by the verb that a person would type', async () => {
    expect(await mended({ controlPlanes: ['192.0.2.8', '192.0.2.9'] }, ['192.0.2.9', '192.0.2.8'])).toEqual([
      'knows the control planes at 192.0.2.8, 192.0.2.9 now',
      [`sync --control-plane 192.0.2.9 --control-plane 192.0.2.8 ${which}`],
    ]);
  });

  it('that ails is to bring it back', async () => {
    expect(await mended({ restored: 'running' }, [])).toEqual(['it runs', [`up --restore ${which}`]]);
  });
});
