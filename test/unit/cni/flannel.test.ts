import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { flannel } from '../../../src/cni/flannel.ts';
import { testConfig } from '../node/config.ts';

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  data: Record<string, string>;
  spec: { template: { spec: { containers: Container[]; initContainers: Container[] } } };
}
interface Container {
  image: string;
  args: string[];
  env: { name: string; value?: string }[];
}

async function manifest(settings = {}, mtu = 1500): Promise<Manifest[]> {
  const text = flannel.manifest(await testConfig(settings), mtu);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const find = (documents: readonly Manifest[], kind: string): Manifest => {
  const found = documents.find((document) => document.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

describe('the manifest of Flannel', () => {
  it('gives the pod network, port and MTU as Flannel reads them', async () => {
    const documents = await manifest({ podSubnet: '10.100.0.0/16', ports: { flannel: 8473 } }, 1400);
    expect(JSON.parse(find(documents, 'ConfigMap').data['net-conf.json'] ?? '')).toEqual({
      Network: '10.100.0.0/16',
      EnableNFTables: true,
      Backend: { Type: 'vxlan', Port: 8473, MTU: 1400 },
    });
  });

  it('asks for ptp with a default route, not for a bridge', async () => {
    const config = JSON.parse(find(await manifest(), 'ConfigMap').data['cni-conf.json'] ?? '') as {
      plugins: unknown[];
    };
    expect(config.plugins[0]).toMatchObject({
      type: 'flannel',
      ipam: { routes: [{ dst: '0.0.0.0/0' }] },
      delegate: { type: 'ptp' },
    });
  });

  it('points flanneld at the API by name, not by service address', async () => {
    const [container] = find(await manifest({ cluster: 'lab', ports: { apiserver: 7443 } }), 'DaemonSet').spec.template
      .spec.containers;
    expect(container?.env).toEqual(
      expect.arrayContaining([
        { name: 'KUBERNETES_SERVICE_HOST', value: 'api.lab.rkube.internal' },
        { name: 'KUBERNETES_SERVICE_PORT', value: '7443' },
      ]),
    );
  });

  it('lets flanneld take the interface that holds the host address', async () => {
    const [container] = find(await manifest(), 'DaemonSet').spec.template.spec.containers;
    expect(container?.args).toEqual(expect.arrayContaining(['--iface=$(HOST_IP)', '--public-ip=$(HOST_IP)']));
  });

  it('installs the CNI configuration only when the plugin can work', async () => {
    const { containers, initContainers } = find(await manifest(), 'DaemonSet').spec.template.spec;
    expect(initContainers).toBeUndefined();
    expect(containers).toMatchObject([
      { lifecycle: { postStart: { exec: { command: ['sh', '-c', expect.stringContaining('subnet.env')] } } } },
    ]);
  });

  it('makes the DaemonSet that its description names', async () => {
    expect(find(await manifest(), 'DaemonSet').metadata).toMatchObject(flannel.daemonSet);
  });

  it('is the same at the second call: nothing adds up', async () => {
    expect(await manifest()).toEqual(await manifest());
  });
});
