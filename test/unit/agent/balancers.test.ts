import { afterEach, describe, expect, it } from 'vitest';
import { Balancers } from '../../../src/agent/balancers.ts';
import { ANNOTATION, type Herald, ingressOf, type NodeObject, readHerald, writer } from '../../../src/agent/heralds.ts';
import { readService } from '../../../src/agent/services.ts';
import { Api } from './api.ts';
import { until } from './fakes.ts';

interface Said {
  readonly ready?: boolean;
  readonly worker?: boolean;
  readonly text?: string;
}

const says = (address: string, not: readonly string[] = [], at = '2026-11-21T10:00:00Z'): string =>
  JSON.stringify({ at, address, not });

const node = (name: string, { ready = true, worker = false, text = says(`192.0.2.${name.at(-1)}`) }: Said = {}) =>
  ({
    metadata: {
      uid: name,
      name,
      labels: worker ? {} : { 'node-role.kubernetes.io/control-plane': '' },
      annotations: { [ANNOTATION]: text },
    },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  }) satisfies NodeObject;

const heralds = (...nodes: readonly NodeObject[]): Herald[] => nodes.map((each) => readHerald(each, undefined, 0));
const web = { namespace: 'default', name: 'web' };

describe('addresses of a load balancer', () => {
  it.each<[string, Said, string[]]>([
    ['of all that serve it', {}, ['192.0.2.1', '192.0.2.2']],
    ['not of a node that is not Ready', { ready: false }, ['192.0.2.1']],
    ['not of one that does not serve it', { text: says('192.0.2.2', ['default/web']) }, ['192.0.2.1']],
    ['of one that does not serve another', { text: says('192.0.2.2', ['x/web']) }, ['192.0.2.1', '192.0.2.2']],
    ['not of one that others cannot reach', { text: says('') }, ['192.0.2.1']],
    ['not of one without an agent', { text: '' }, ['192.0.2.1']],
    ['not of one that says nonsense', { text: '{"address":"somewhere","not":[]}' }, ['192.0.2.1']],
  ])('are those %s', (_, said, expected) => {
    expect(ingressOf(web, heralds(node('n2', said), node('n1')), 0)).toEqual(expected);
  });

  it('are taken back three minutes after an agent was last heard of', () => {
    const [first] = heralds(node('n1'));
    const same = readHerald(node('n1'), first, 170_000);
    expect(ingressOf(web, [same], 179_000)).toEqual(['192.0.2.1']);
    expect(ingressOf(web, [same], 181_000)).toEqual([]);
    const renewed = readHerald(node('n1', { text: says('192.0.2.1', [], 'later') }), same, 170_000);
    expect(ingressOf(web, [renewed], 181_000)).toEqual(['192.0.2.1']);
  });
});

describe('writer', () => {
  it.each<[string, NodeObject[], string | undefined]>([
    ['the first control plane', [node('n2'), node('n1')], 'n1'],
    ['no worker', [node('n1', { worker: true }), node('n2')], 'n2'],
    ['none whose agent is gone', [node('n1', { text: '' }), node('n2')], 'n2'],
    ['nobody', [node('n1', { ready: false })], undefined],
  ])('is %s', (_, nodes, expected) => {
    expect(writer(heralds(...nodes), 0)).toBe(expected);
  });
});

const clean: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of clean.splice(0).reverse()) await each();
});

describe('Balancers', () => {
  const balancer = (ingress: readonly string[] = []) => {
    const spec = { type: 'LoadBalancer', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 31000 }] };
    const status = { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } };
    const read = readService({ metadata: { uid: 'u', ...web }, spec, status });
    return read === undefined ? [] : [read];
  };

  async function start(name: string, ingress: readonly string[], ...nodes: NodeObject[]) {
    const api = new Api();
    api.items = nodes;
    clean.push(() => api[Symbol.asyncDispose]());
    const access = await api.listen();
    let services = balancer(ingress);
    let asked = 0;
    const balancers = new Balancers({
      node: name,
      access: async () => {
        asked++;
        return access;
      },
      services: () => services,
      problem: () => {},
    });
    clean.push(() => balancers.end());
    balancers.changed();
    return { api, balancers, asked: () => asked, set: (now: typeof services) => void (services = now) };
  }

  it('tells a load balancer its addresses', async () => {
    const { api } = await start('n1', [], node('n1'), node('n2', { worker: true }));
    await until(() => api.posted.length === 1);
    const ingress = ['192.0.2.1', '192.0.2.2'].map((ip) => ({ ip, ipMode: 'VIP' }));
    expect(api.posted[0]).toEqual({
      method: 'PATCH',
      path: '/api/v1/namespaces/default/services/web/status',
      body: { status: { loadBalancer: { ingress } } },
    });
  });

  it('writes nothing where all is right, and nothing beside the first control plane', async () => {
    const right = await start('n1', ['192.0.2.1'], node('n1'));
    const second = await start('n2', [], node('n1'), node('n2'));
    await until(() => right.api.watching === 1 && second.api.watching === 1);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect([...right.api.posted, ...second.api.posted]).toEqual([]);
  });

  it('asks for no token and watches no Nodes without load balancers', async () => {
    const { api, balancers, asked, set } = await start('n1', ['192.0.2.1'], node('n1'));
    await until(() => api.watching === 1);
    set([]);
    balancers.changed();
    await until(() => api.watching === 0);
    expect(asked()).toBe(1);
  });
});
