import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { Agent } from '../../../src/agent/agent.ts';
import { type Entry, Journal } from '../../../src/agent/journal.ts';
import type { Access, Look, SeenNode } from '../../../src/agent/seen.ts';
import { Api } from './api.ts';
import { FakeForwarder, until } from './fakes.ts';

const clean: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of clean.splice(0).reverse()) await each();
});

/** A node's first process. */
function init(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  clean.push(() => void child.kill());
  return child as ChildProcess & { pid: number };
}

function seenNode(access: Access | undefined, pid: number, over: Partial<SeenNode> = {}): SeenNode {
  const place = {
    container: 'rkube-rkube-host1',
    pid,
    address: '192.0.2.7',
    ownAddress: '',
    rootlessKit: '',
    memory: '/nowhere',
  };
  return {
    cluster: 'rkube',
    node: 'host1',
    engine: 'podman',
    container: 'rkube-rkube-host1',
    role: 'control-plane',
    address: '192.0.2.7',
    listen: '192.0.2.7',
    runs: access !== undefined,
    problem: access === undefined ? 'the container is stopped' : '',
    published: [],
    manual: [],
    ...(access === undefined ? {} : { running: { place, access } }),
    ...over,
  };
}

const service = (name: string, nodePort: number) => ({
  metadata: { uid: `uid-${name}`, namespace: 'default', name },
  spec: { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ protocol: 'TCP', port: 80, nodePort }] },
});

/** An agent that sees what the test lets it see. */
function startAgent(look: () => Look | Promise<Look>, mend = async (): Promise<string | undefined> => undefined) {
  const entries: Entry[] = [];
  const forwarders: FakeForwarder[] = [];
  const lost: (() => void)[] = [];
  let looks = 0;
  const agent = new Agent({
    journal: new Journal((entry) => entries.push(entry)),
    look: async () => {
      looks++;
      return look();
    },
    forwarderFor: (_, onLost) => {
      const made = new FakeForwarder();
      forwarders.push(made);
      lost.push(onLost);
      return made;
    },
    token: async () => 'token',
    mend,
    pulseMs: 10,
  });
  const controller = new AbortController();
  const ended = agent.run(controller.signal);
  clean.push(async () => {
    controller.abort();
    await ended;
  });
  const open = (): number[] => [...(forwarders.at(-1)?.ports.values() ?? [])].map(({ port }) => port);
  return { agent, entries, forwarders, lost, open, looks: () => looks, controller, ended };
}

async function startApi(...services: ReturnType<typeof service>[]) {
  const api = new Api();
  api.items = services;
  clean.push(() => api[Symbol.asyncDispose]());
  return { api, access: await api.listen() };
}

const look = (...nodes: SeenNode[]): Look => ({ engines: ['podman'], nodes });

describe('Agent', () => {
  it('opens a port as its Service comes, closes it as it goes, and asks no engine meanwhile', async () => {
    const { api, access } = await startApi(service('a', 30080));
    const { pid } = init();
    const { open, looks } = startAgent(() => look(seenNode(access, pid)));
    await until(() => open().join() === '30080' && api.watching === 1);
    api.change('ADDED', service('b', 30081));
    await until(() => open().join() === '30080,30081');
    api.change('MODIFIED', {
      ...service('a', 30080),
      spec: { ...service('a', 30080).spec, type: 'ClusterIP' },
    } as never);
    await until(() => open().join() === '30081');
    api.change('DELETED', service('b', 30081));
    await until(() => open().length === 0);
    expect(looks()).toBe(1);
  });

  it('closes its ports when the node ends, and serves it again when it is back', async () => {
    const { access } = await startApi(service('a', 30080));
    const first = init();
    const second = init();
    let now = look(seenNode(access, first.pid));
    const { forwarders, open, agent } = startAgent(() => now);
    await until(() => open().length === 1);
    now = look(seenNode(undefined, 0));
    first.kill();
    await until(() => forwarders[0]?.log.at(-1) === 'end');
    expect((await agent.answer({ do: 'status' })).status?.nodes).toMatchObject([
      { node: 'host1', open: 0, problem: 'the container is stopped' },
    ]);
    now = look(seenNode(access, second.pid));
    await until(() => forwarders.length === 2 && open().length === 1);
    expect(open()).toEqual([30080]);
  });

  it('looks again while an engine that had a node does not answer', async () => {
    const { access } = await startApi(service('a', 30080));
    const first = init();
    const second = init();
    let now = look(seenNode(access, first.pid));
    const { forwarders, open } = startAgent(() => now);
    await until(() => open().length === 1);
    now = { engines: [], nodes: [] };
    first.kill();
    await until(() => forwarders[0]?.log.at(-1) === 'end');
    now = look(seenNode(access, second.pid));
    await until(() => forwarders.length === 2 && open().length === 1);
    expect(open()).toEqual([30080]);
  });

  it('goes on serving a node that a look does not show but that runs', async () => {
    const { access } = await startApi(service('a', 30080));
    const { pid } = init();
    let now = look(seenNode(access, pid));
    const { agent, open, forwarders } = startAgent(() => now);
    await until(() => open().length === 1);
    now = look(seenNode(undefined, 0, { problem: 'the node does not answer' }));
    await agent.answer({ do: 'sync' });
    expect(open()).toEqual([30080]);
    expect(forwarders[0]?.log).not.toContain('end');
  });

  it('takes new credentials, ports asked for by hand and settings without closing a port', async () => {
    const { access } = await startApi(service('a', 30080));
    const other = await startApi(service('a', 30080), service('b', 30081));
    const { pid } = init();
    let now = look(seenNode(access, pid));
    const { agent, open, forwarders } = startAgent(() => now);
    await until(() => open().length === 1);
    now = look(seenNode(other.access, pid, { manual: ['8080:80'] }));
    const { ports } = await agent.answer({ do: 'sync' });
    expect(ports).toContainEqual(expect.objectContaining({ port: 8080, for: 'manual', state: 'open' }));
    await until(() => open().length === 3);
    expect(forwarders).toHaveLength(1);
    expect(forwarders[0]?.log.filter((line) => line.startsWith('close'))).toEqual([]);
  });

  it('reads credentials again when the API refuses them', async () => {
    const { api, access } = await startApi(service('a', 30080));
    const { pid } = init();
    api.refuse = { status: 401, times: 1 };
    const { looks, open } = startAgent(() => look(seenNode(access, pid)));
    await until(() => looks() === 2);
    await until(() => open().length === 1);
    expect(open()).toEqual([30080]);
  });

  it('opens again what has gone by itself', async () => {
    const { access } = await startApi(service('a', 30080));
    const { pid } = init();
    const { open, forwarders, lost } = startAgent(() => look(seenNode(access, pid)));
    await until(() => open().length === 1);
    forwarders[0]?.ports.clear();
    lost[0]?.();
    await until(() => open().length === 1);
    expect(open()).toEqual([30080]);
  });

  it('says on the Service why a port is not open, once', async () => {
    const { api, access } = await startApi();
    const { pid } = init();
    const { agent, forwarders } = startAgent(() => look(seenNode(access, pid)));
    await until(() => api.watching === 1);
    forwarders[0]?.taken.add(30080);
    api.change('ADDED', service('a', 30080));
    await until(() => api.posted.length === 1);
    expect(api.posted[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/default/events',
      body: {
        type: 'Warning',
        reason: 'PortTaken',
        message: 'On node host1: Port 30080 is held',
        involvedObject: { kind: 'Service', namespace: 'default', name: 'a', uid: 'uid-a' },
      },
    });
    await agent.answer({ do: 'sync' });
    expect((await agent.answer({ do: 'ports' })).ports).toMatchObject([
      { port: 30080, for: 'service default/a', state: 'refused', reason: 'Port 30080 is held' },
    ]);
    expect(api.posted).toHaveLength(1);
  });

  it('counts up an event that an agent before it made', async () => {
    const { api, access } = await startApi();
    const { pid } = init();
    const { forwarders } = startAgent(() => look(seenNode(access, pid)));
    await until(() => api.watching === 1);
    api.writes = [409];
    forwarders[0]?.taken.add(30080);
    api.change('ADDED', service('a', 30080));
    await until(() => api.posted.length === 2);
    expect(api.posted[1]).toMatchObject({ method: 'PATCH', body: { count: 2 } });
  });

  it('closes nothing before the API has told what is wanted, but opens what was asked for by hand', async () => {
    const { api, access } = await startApi();
    await api[Symbol.asyncDispose]();
    const { pid } = init();
    const { open, forwarders } = startAgent(() => look(seenNode(access, pid, { manual: ['8080'] })));
    await until(() => open().join() === '8080');
    expect(forwarders[0]?.log.filter((line) => line.startsWith('close'))).toEqual([]);
  });

  it('follows 500 Services that come and go at once', async () => {
    const { api, access } = await startApi();
    const { pid } = init();
    const { open } = startAgent(() => look(seenNode(access, pid)));
    await until(() => api.watching === 1);
    const all = Array.from({ length: 500 }, (_, index) => service(`s${index}`, 30000 + index));
    for (const each of all) api.change('ADDED', each);
    await until(() => open().length === 500);
    for (const each of all) api.change('DELETED', each);
    await until(() => open().length === 0);
    expect(open()).toEqual([]);
  });

  it('closes its ports when it ends', async () => {
    const { access } = await startApi(service('a', 30080));
    const { pid } = init();
    const { open, controller, ended } = startAgent(() => look(seenNode(access, pid)));
    await until(() => open().length === 1);
    controller.abort();
    await ended;
    expect(open()).toEqual([]);
  });
});
