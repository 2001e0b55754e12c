import { describe, expect, it } from 'vitest';
import type { EngineInfo } from '../../../src/engine/types.ts';
import { containerSpec, type HostDevices, publishedPorts } from '../../../src/node/spec.ts';
import { DOCKER_FEATURES, PODMAN_FEATURES } from '../engine/support.ts';
import { testConfig } from './config.ts';

type Engine = Pick<EngineInfo, 'kind' | 'features'>;
/** Way 1: the engine gives the node the host's address. */
const pasta: Engine = {
  kind: 'podman',
  features: PODMAN_FEATURES,
};
/** Way 2: the node translates. */
const bridge: Engine = {
  kind: 'docker',
  features: DOCKER_FEATURES,
};
const host: HostDevices = { devices: ['/dev/fuse', '/dev/net/tun'], modules: true, addressIsDefault: true };

describe('published ports', () => {
  const text = async (role: 'control-plane' | 'worker', settings = {}): Promise<string[]> =>
    publishedPorts(await testConfig(settings), role, { portOnSeveralAddresses: true, portsOnEveryAddress: false }).map(
      (port) => `${port.address}:${port.hostPort}:${port.nodePort}/${port.protocol}`,
    );

  it('of a control plane: API also on loopback, kubelet, Flannel, etcd', async () => {
    expect(await text('control-plane')).toEqual([
      '192.0.2.7:6443:6443/tcp',
      '127.0.0.1:6443:6443/tcp',
      '192.0.2.7:10250:10250/tcp',
      '192.0.2.7:8472:8472/udp',
      '192.0.2.7:2379:2379/tcp',
      '192.0.2.7:2380:2380/tcp',
    ]);
  });

  it('are on every address where the engine cannot have them on one; those of other addresses stay', async () => {
    const config = await testConfig({ publish: ['30080', '127.0.0.1:30090'] });
    const ports = publishedPorts(config, 'worker', { portOnSeveralAddresses: false, portsOnEveryAddress: true });
    expect(ports.map(({ address, hostPort }) => `${address}:${hostPort}`)).toEqual([
      '0.0.0.0:10250',
      '0.0.0.0:8472',
      '0.0.0.0:30080',
      '127.0.0.1:30090',
    ]);
  });

  it('of a worker: kubelet and Flannel alone', async () => {
    expect(await text('worker')).toEqual(['192.0.2.7:10250:10250/tcp', '192.0.2.7:8472:8472/udp']);
  });

  it('follow the settings, etcd only on the side of the host', async () => {
    expect(
      await text('control-plane', { ports: { apiserver: 7443, kubelet: 7250, flannel: 7472, etcd: 7379 } }),
    ).toEqual([
      '192.0.2.7:7443:7443/tcp',
      '127.0.0.1:7443:7443/tcp',
      '192.0.2.7:7250:7250/tcp',
      '192.0.2.7:7472:7472/udp',
      '192.0.2.7:7379:2379/tcp',
      '192.0.2.7:7380:2380/tcp',
    ]);
  });

  it('leave etcd out with port 0', async () => {
    expect((await text('control-plane', { ports: { etcd: 0 } })).filter((port) => port.includes('23'))).toEqual([]);
  });

  it('end with what was asked for', async () => {
    expect((await text('worker', { publish: ['30080', '127.0.0.1:8053:53/udp'] })).slice(-2)).toEqual([
      '192.0.2.7:30080:30080/tcp',
      '127.0.0.1:8053:53/udp',
    ]);
  });
});

describe('the node container', () => {
  it('is this, with an engine that gives the host address (way 1)', async () => {
    const spec = containerSpec(await testConfig(), 'control-plane', 'image:v1', pasta, host, '0.1.0');
    expect({ ...spec, ports: spec.ports.length, labels: undefined }).toEqual({
      name: 'rkube-rkube-host1',
      hostname: 'host1',
      image: 'image:v1',
      network: 'pasta',
      env: { container: 'podman' },
      labels: undefined,
      tmpfs: ['/tmp', '/run'],
      mounts: [
        { kind: 'volume', source: 'rkube-rkube-host1-var', target: '/var', options: ['suid', 'exec', 'dev'] },
        { kind: 'volume', source: 'rkube-rkube-host1-kubernetes', target: '/etc/kubernetes', options: [] },
        { kind: 'bind', source: '/lib/modules', target: '/lib/modules', options: ['ro'] },
      ],
      devices: ['/dev/fuse', '/dev/net/tun'],
      ports: 6,
    });
  });

  it('names the address to pasta where it would take another', async () => {
    const spec = containerSpec(await testConfig(), 'worker', 'i', pasta, { ...host, addressIsDefault: false }, '0.1.0');
    expect(spec.network).toBe('pasta:--address,192.0.2.7');
  });

  it('has a network of the cluster with any other engine (way 2)', async () => {
    const spec = containerSpec(
      await testConfig({ cluster: 'lab' }),
      'worker',
      'i',
      bridge,
      { ...host, addressIsDefault: false },
      '0.1.0',
    );
    expect([spec.network, spec.env]).toEqual(['rkube-lab', { container: 'docker' }]);
  });

  it('gets no modules and devices that the host lacks', async () => {
    const spec = containerSpec(
      await testConfig(),
      'worker',
      'i',
      bridge,
      { devices: [], modules: false, addressIsDefault: true },
      '0.1.0',
    );
    expect([spec.devices, spec.mounts.filter(({ kind }) => kind === 'bind')]).toEqual([[], []]);
  });

  it('carries labels from which the same settings resolve again', async () => {
    const settings = {
      cluster: 'lab',
      node: 'n1',
      podSubnet: '10.9.0.0/16',
      publish: ['30080'],
      ports: { kubelet: 7250 },
      kubeadm: { KubeletConfiguration: { maxPods: 9 } },
    };
    const config = await testConfig(settings);
    const { labels } = containerSpec(config, 'worker', 'i', bridge, host, '0.1.0');
    expect(labels).toMatchObject({
      'dev.rkube.cluster': 'lab',
      'dev.rkube.node': 'n1',
      'dev.rkube.role': 'worker',
      'dev.rkube.version': '0.1.0',
    });
    const again = await testConfig(JSON.parse(labels['dev.rkube.config'] ?? '') as object);
    expect({ ...again, sources: {} }).toEqual({ ...config, sources: {} });
  });
});
