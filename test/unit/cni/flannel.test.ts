import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  command: string[];
  args: string[];
  lifecycle: { postStart: { exec: { command: string[] } } };
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
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rkube-flannel-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the pod network, port and MTU as Flannel reads them', async () => {
    const documents = await manifest({ podSubnet: '10.100.0.0/16', ports: { flannel: 8473 } }, 1400);
    expect(JSON.parse(find(documents, 'ConfigMap').data['net-conf.json'] ?? '')).toEqual({
      Network: '10.100.0.0/16',
      EnableNFTables: true,
      Backend: { Type: 'vxlan', Port: 8473, MTU: 1400 },
    });
  });

  it('starts flanneld anew, and changes an interface that is there, when the MTU changes', async () => {
    const [container] = find(await manifest({}, 9000), 'DaemonSet').spec.template.spec.containers;
    expect(container?.env).toContainEqual({ name: 'RKUBE_MTU', value: '9000' });
    expect(container?.command).toEqual(expect.arrayContaining([expect.stringContaining('flannel.1 mtu $inner')]));
  });

  it.each([
    ['the MTU of the cluster', undefined, 1410],
    ['less, where paths carry less', '1400', 1350],
    ['no more, where paths carry more', '1500', 1410],
  ])(
    'takes the range that flanneld found, and %s, for the CNI configuration: ptp with a default route, no bridge',
    async (_, path, mtu) => {
      const documents = await manifest({}, 1460);
      const [container] = find(documents, 'DaemonSet').spec.template.spec.containers;
      const script = container?.lifecycle.postStart.exec.command[2] ?? '';
      const [run, cfg, net] = ['run', 'cfg', 'net'].map((name) => join(folder, name)) as [string, string, string];
      for (const folder of [run, cfg, net]) mkdirSync(folder);
      writeFileSync(
        join(run, 'subnet.env'),
        'FLANNEL_NETWORK=10.100.0.0/16\nFLANNEL_SUBNET=10.100.3.1/24\nFLANNEL_MTU=1410\n',
      );
      if (path !== undefined) writeFileSync(join(run, 'path-mtu'), `${path}\n`);
      for (const [name, text] of Object.entries(find(documents, 'ConfigMap').data)) {
        writeFileSync(join(cfg, name), text.replaceAll('/run/flannel', run));
      }
      const here = script
        .replaceAll('/run/flannel', run)
        .replaceAll('/etc/kube-flannel', cfg)
        .replaceAll('/etc/cni/net.d', net);
      execFileSync('sh', ['-c', here], { env: { ...process.env, RKUBE_MTU: '1460' } });
      const conflist = JSON.parse(readFileSync(join(net, '10-flannel.conflist'), 'utf8')) as { plugins: unknown[] };
      expect(conflist.plugins[0]).toEqual({
        type: 'ptp',
        mtu,
        ipam: { type: 'host-local', ranges: [[{ subnet: '10.100.3.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
      });
      expect(readdirSync(net)).toEqual(['10-flannel.conflist']);
    },
  );

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
