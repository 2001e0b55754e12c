import { describe, expect, it } from 'vitest';
import { type Layer, rawLayer } from '../../../src/config/layers.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { nodeNameOf, type ResolveInput, resolveConfig } from '../../../src/config/resolve.ts';

const nothing: Layer = new Map();
const base: ResolveInput = {
  flags: {},
  env: {},
  file: nothing,
  hostname: 'host7',
  address: async () => '192.0.2.7',
};

const resolve = (input: Partial<ResolveInput>) => resolveConfig({ ...base, ...input });

describe('resolving', () => {
  it('needs nothing but a host', async () => {
    expect(await resolve({})).toEqual({
      cluster: 'rkube',
      node: 'host7',
      engine: 'auto',
      allowRootful: false,
      image: '',
      kubernetesVersion: 'v1.36.3',
      address: '192.0.2.7',
      ports: { apiserver: 6443, kubelet: 10250, flannel: 8472, etcd: 2379 },
      podSubnet: '10.244.0.0/16',
      serviceSubnet: '10.96.0.0/16',
      publish: [],
      kubeadm: {},
      mtu: 0,
      listen: '',
      sources: {
        cluster: 'default',
        node: 'host',
        engine: 'default',
        allowRootful: 'default',
        image: 'default',
        kubernetesVersion: 'default',
        address: 'host',
        'ports.apiserver': 'default',
        'ports.kubelet': 'default',
        'ports.flannel': 'default',
        'ports.etcd': 'default',
        podSubnet: 'default',
        serviceSubnet: 'default',
        publish: 'default',
        kubeadm: 'default',
        mtu: 'default',
        listen: 'default',
      },
    });
  });

  const file = parseConfig('node: from-file\n', 'rkube.yaml');
  it.each([
    ['flag over all', { flags: { node: 'from-flag' }, env: { RKUBE_NODE: 'x' }, file }, 'from-flag', '--node'],
    ['RKUBE_NODE over file', { env: { RKUBE_NODE: 'from-env', NODE_NAME: 'x' }, file }, 'from-env', 'RKUBE_NODE'],
    ['NODE_NAME over file', { env: { NODE_NAME: 'field' }, file }, 'field', 'NODE_NAME'],
    ['empty variable is none', { env: { NODE_NAME: '' }, file }, 'from-file', 'rkube.yaml:1:7'],
    ['file over host', { file }, 'from-file', 'rkube.yaml:1:7'],
    ['host', {}, 'host7', 'host'],
  ])('takes the node name: %s', async (_, input, node, source) => {
    const config = await resolve(input);
    expect([config.node, config.sources.node]).toEqual([node, source]);
  });

  it.each([
    ['RKUBE_CLUSTER', 'c1', { cluster: 'c1' }],
    ['RKUBE_ENGINE', 'docker', { engine: 'docker' }],
    ['CONTAINER_ENGINE', 'nerdctl', { engine: 'nerdctl' }],
    ['RKUBE_IMAGE', 'localhost/node:1', { image: 'localhost/node:1' }],
    ['RKUBE_KUBERNETES_VERSION', '1.35.0', { kubernetesVersion: 'v1.35.0' }],
    ['RKUBE_ADDRESS', '198.51.100.1', { address: '198.51.100.1' }],
    ['HOST_IP', '198.51.100.2', { address: '198.51.100.2' }],
    ['RKUBE_POD_SUBNET', '10.1.0.0/16', { podSubnet: '10.1.0.0/16' }],
    ['RKUBE_SERVICE_SUBNET', '10.2.0.0/16', { serviceSubnet: '10.2.0.0/16' }],
    ['RKUBE_ALLOW_ROOTFUL', 'true', { allowRootful: true }],
    ['RKUBE_ALLOW_ROOTFUL', 'No', { allowRootful: false }],
    ['PORT_KUBE_APISERVER', '7443', { ports: { apiserver: 7443 } }],
    ['PORT_KUBELET', '10260', { ports: { kubelet: 10260 } }],
    ['PORT_FLANNEL', '8473', { ports: { flannel: 8473 } }],
    ['PORT_ETCD', '0', { ports: { etcd: 0 } }],
    ['RKUBE_PUBLISH', '80, 443:8443', { publish: [{ hostPort: 80 }, { hostPort: 443, nodePort: 8443 }] }],
  ])('reads %s=%s', async (name, value, expected) => {
    expect(await resolve({ env: { [name]: value } })).toMatchObject(expected);
  });

  it.each([
    [{ portApiserver: '7443' }, { ports: { apiserver: 7443 } }],
    [{ allowRootful: true }, { allowRootful: true }],
    [{ kubernetesVersion: 'v1.35.9' }, { kubernetesVersion: 'v1.35.9' }],
    [{ publish: ['80', '127.0.0.1:81/udp'] }, { publish: [{ hostPort: 80 }, { address: '127.0.0.1', hostPort: 81 }] }],
    [{ unrelated: 'x', json: true }, { cluster: 'rkube' }],
  ])('reads the flags %j', async (flags, expected) => {
    expect(await resolve({ flags })).toMatchObject(expected);
  });

  it('asks for the host address only when nobody gave one', async () => {
    const address = () => Promise.reject(new Error('asked'));
    await expect(resolve({ address })).rejects.toThrow('asked');
    expect(await resolve({ address, flags: { address: '198.51.100.1' } })).toMatchObject({ address: '198.51.100.1' });
  });

  it('leaves the address empty for verbs that need none', async () => {
    const { address: _, ...named } = base;
    expect(await resolveConfig(named)).toMatchObject({ address: '', node: 'host7' });
  });
});

describe('what is fixed elsewhere', () => {
  const ticket = rawLayer({ cluster: 'far', kubernetesVersion: 'v1.36.1', ports: { flannel: 8480 } }, 'ticket');

  it('is taken over', async () => {
    const config = await resolve({ fixed: [ticket] });
    expect(config).toMatchObject({
      cluster: 'far',
      kubernetesVersion: 'v1.36.1',
      ports: { flannel: 8480, etcd: 2379 },
    });
    expect(config.sources['ports.flannel']).toBe('ticket');
  });

  it('may be said again', async () => {
    const flags = { cluster: 'far', kubernetesVersion: '1.36.1', portFlannel: '8480' };
    expect(await resolve({ flags, fixed: [ticket] })).toMatchObject({ cluster: 'far' });
  });

  it('may be said again in other words', async () => {
    const node = rawLayer({ address: '192.0.2.7', publish: ['192.0.2.7:8080:80/tcp'] }, 'node host7');
    expect(await resolve({ flags: { publish: ['8080:80'] }, fixed: [node] })).toMatchObject({ address: '192.0.2.7' });
    await expect(resolve({ flags: { publish: ['8080:81'] }, fixed: [node] })).rejects.toMatchObject({
      message: 'publish (from --publish) must be as node host7 has it (["192.0.2.7:8080:80/tcp"]), got ["8080:81"]',
    });
  });

  it('must agree among itself', async () => {
    const node = rawLayer({ ports: { flannel: 8472 } }, 'node host7');
    await expect(resolve({ fixed: [ticket, node] })).rejects.toMatchObject({
      message: 'ports.flannel (from ticket) must be as node host7 has it (8472), got 8480',
    });
  });

  it('cannot be said otherwise', async () => {
    await expect(resolve({ env: { PORT_FLANNEL: '8472' }, fixed: [ticket] })).rejects.toMatchObject({
      message: 'ports.flannel (from PORT_FLANNEL) must be as ticket has it (8480), got 8472',
      exitCode: 2,
    });
  });
});

describe('the node name of a host', () => {
  it.each([
    ['host7', 'host7'],
    ['Host7.example.org', 'host7'],
    ['my_host', 'my-host'],
    ['_x_', 'x'],
    ['...', ''],
  ])('%s is %s', (hostname, node) => expect(nodeNameOf(hostname)).toBe(node));
});
