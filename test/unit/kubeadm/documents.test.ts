import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  baseDocuments,
  endpointName,
  initDocuments,
  joinDocuments,
  merge,
  yamlStream,
} from '../../../src/kubeadm/documents.ts';
import type { Ticket } from '../../../src/kubeadm/ticket.ts';
import { testConfig } from '../node/config.ts';

const TICKET: Ticket = {
  cluster: 'rkube',
  kubernetesVersion: 'v1.36.3',
  endpoint: 'api.rkube.rkube.internal',
  port: 6443,
  controlPlanes: ['192.0.2.7'],
  token: 'abcdef.0123456789abcdef',
  caCertHash: 'sha256:abcd',
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/16',
  flannelPort: 8472,
  expires: '2026-11-21T06:00:00.000Z',
};

interface Document {
  kind: string;
  apiServer?: { certSANs: string[] };
  nodeRegistration?: { taints?: unknown[]; ignorePreflightErrors?: string[] };
}
const read = (stream: string): Document[] => parseAllDocuments(stream).map((document) => document.toJS() as Document);
const kinds = (stream: string): string[] => read(stream).map((document) => document.kind);
const find = (stream: string, kind: string): Document =>
  read(stream).find((document) => document.kind === kind) ?? { kind: '' };

describe('the documents of kubeadm init', () => {
  it('are these four', async () => {
    expect(kinds(initDocuments(await testConfig()))).toEqual([
      'InitConfiguration',
      'ClusterConfiguration',
      'KubeletConfiguration',
      'KubeProxyConfiguration',
    ]);
  });

  it('say all of this', async () => {
    await expect(initDocuments(await testConfig())).toMatchFileSnapshot('golden/init.yaml');
  });

  it('follow address, ports, ranges and names', async () => {
    const config = await testConfig({
      cluster: 'lab',
      node: 'n1',
      address: '198.51.100.4',
      ports: { apiserver: 7443, kubelet: 7250 },
      podSubnet: '10.1.0.0/16',
      serviceSubnet: '10.2.0.0/16',
      kubernetesVersion: '1.35.8',
    });
    const stream = initDocuments(config);
    expect(find(stream, 'InitConfiguration')).toMatchObject({
      localAPIEndpoint: { advertiseAddress: '198.51.100.4', bindPort: 7443 },
      nodeRegistration: {
        name: 'n1',
        taints: [],
        kubeletExtraArgs: [
          { name: 'node-ip', value: '198.51.100.4' },
          { name: 'port', value: '7250' },
        ],
      },
    });
    const cluster = find(stream, 'ClusterConfiguration');
    expect(cluster).toMatchObject({
      clusterName: 'lab',
      kubernetesVersion: 'v1.35.8',
      controlPlaneEndpoint: 'api.lab.rkube.internal:7443',
      networking: { podSubnet: '10.1.0.0/16', serviceSubnet: '10.2.0.0/16' },
    });
    expect(cluster.apiServer?.certSANs).toEqual(
      expect.arrayContaining(['api.lab.rkube.internal', '198.51.100.4', '127.0.0.1', 'localhost']),
    );
  });

  it('take the settings of the user over everything else', async () => {
    const kubeadm = {
      ClusterConfiguration: { apiServer: { extraArgs: [{ name: 'v', value: '4' }] }, clusterName: 'mine' },
      KubeletConfiguration: { maxPods: 50, evictionHard: { 'nodefs.available': '5%' } },
    };
    const stream = initDocuments(await testConfig({ kubeadm }));
    expect(find(stream, 'ClusterConfiguration')).toMatchObject({
      clusterName: 'mine',
      apiServer: {
        extraArgs: [{ name: 'v', value: '4' }],
        certSANs: expect.arrayContaining(['localhost']) as string[],
      },
    });
    expect(find(stream, 'KubeletConfiguration')).toMatchObject({
      maxPods: 50,
      failSwapOn: false,
      evictionHard: { 'nodefs.available': '5%', 'imagefs.available': '0%' },
    });
  });
});

describe('the document of kubeadm join', () => {
  it('says this for a worker', async () => {
    await expect(joinDocuments(await testConfig(), TICKET)).toMatchFileSnapshot('golden/join-worker.yaml');
  });

  it('says this for a control plane', async () => {
    const ticket = { ...TICKET, certificateKey: 'c0ffee' };
    await expect(joinDocuments(await testConfig(), ticket)).toMatchFileSnapshot('golden/join-control-plane.yaml');
  });

  it('takes the settings of the user', async () => {
    const config = await testConfig({ kubeadm: { JoinConfiguration: { timeouts: { discovery: '1m' } } } });
    expect(find(joinDocuments(config, TICKET), 'JoinConfiguration')).toMatchObject({
      timeouts: { discovery: '1m' },
      discovery: { bootstrapToken: { token: TICKET.token } },
    });
  });
});

describe('without a user namespace', () => {
  it('the kubelet of this node alone, not the cluster, is told so', async () => {
    const config = await testConfig();
    const argument = { name: 'feature-gates', value: 'KubeletInUserNamespace=false' };
    const init = initDocuments(config, false);
    for (const document of [
      find(init, 'InitConfiguration'),
      find(joinDocuments(config, TICKET, false), 'JoinConfiguration'),
    ])
      expect(document).toMatchObject({
        nodeRegistration: { kubeletExtraArgs: expect.arrayContaining([argument]) as unknown },
      });
    expect(find(init, 'KubeletConfiguration')).toMatchObject({ featureGates: { KubeletInUserNamespace: true } });
    expect(initDocuments(config) + joinDocuments(config, TICKET)).not.toContain(argument.value);
  });
});

it('merges a key called __proto__ like any other', () => {
  const odd = JSON.parse('{"__proto__": {"a": 1}}') as object;
  expect(Object.keys(merge({ b: 2 }, odd) as object)).toEqual(['b', '__proto__']);
});

describe('the base documents', () => {
  it.each(['init.yaml', 'join.yaml', 'flannel.yaml'])('of %s parse, each with kind and version', (file) => {
    for (const document of baseDocuments(file))
      expect(document).toMatchObject({ kind: expect.any(String) as string, apiVersion: expect.any(String) as string });
    expect(baseDocuments(file).length).toBeGreaterThan(0);
  });

  const base = (file: string): Document[] => baseDocuments(file) as unknown as Document[];

  it('of init and join ignore the same checks of kubeadm', () => {
    const ignored = (file: string): unknown =>
      base(file).find((document) => document.nodeRegistration)?.nodeRegistration?.ignorePreflightErrors;
    expect(ignored('init.yaml')).toEqual(ignored('join.yaml'));
    expect(ignored('join.yaml')).toContain('NumCPU');
  });

  it('are made anew each time, so that no cluster writes into the next', () => {
    base('init.yaml')[0]?.nodeRegistration?.taints?.push('changed');
    expect(base('init.yaml')[0]?.nodeRegistration?.taints).toEqual([]);
  });
});

describe('merge', () => {
  it.each([
    ['keys of both', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['the later value', { a: 1 }, { a: 2 }, { a: 2 }],
    ['maps within maps', { a: { b: 1, c: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    ['lists as a whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['a map where a text was', { a: 'x' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['null as a value', { a: { b: 1 } }, { a: null }, { a: null }],
  ])('takes %s', (_, base, over, expected) => {
    expect(merge(base, over)).toEqual(expected);
  });

  const value = fc.object({ maxDepth: 3, values: [fc.integer(), fc.string(), fc.constant(null)] });
  it('with itself or nothing changes nothing', () => {
    fc.assert(
      fc.property(value, (base) => {
        expect([merge(base, base), merge(base, {}), merge({}, base)]).toEqual([base, base, base]);
      }),
    );
  });

  it('changes neither of its parts', () => {
    fc.assert(
      fc.property(value, value, (base, over) => {
        const before = JSON.stringify([base, over]);
        merge(base, over);
        expect(JSON.stringify([base, over])).toBe(before);
      }),
    );
  });
});

it('a stream of documents reads back as it was', () => {
  const documents = [
    { kind: 'A', text: 'x: y\n---\nz', long: 'word '.repeat(60) },
    { kind: 'B', list: ['0', '1e3', 'no', '~'] },
  ];
  expect(read(yamlStream(documents))).toEqual(documents);
});

it('the name of the API carries the name of the cluster', () => {
  expect(endpointName('lab')).toBe('api.lab.rkube.internal');
});
