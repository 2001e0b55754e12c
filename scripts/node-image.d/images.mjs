// images.mjs LAYERS VERSIONS_JSON: what containerd must know of the component images, as images.json on stdout.
// LAYERS is a file of lines "name sha256 bytes", one per unpacked layer; rkube-images reads the result in the node.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [layersFile, versions, architecture] = process.argv.slice(2);
const v = JSON.parse(versions);
const layers = new Map(
  readFileSync(layersFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name, sha256, bytes]) => [name, { digest: `sha256:${sha256}`, size: Number(bytes) }]),
);
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const kube = (name, layer = 'kube') => ({ name: `registry.k8s.io/${name}:v${v.KUBERNETES}`, layer });

// Manifests of kubeadm name the program they start; only CoreDNS and pause rely on an entry point.
const images = [
  kube('kube-apiserver'),
  kube('kube-controller-manager'),
  kube('kube-scheduler'),
  kube('kube-proxy', 'kube-proxy'),
  {
    name: `registry.k8s.io/coredns/coredns:v${v.COREDNS}`,
    layer: 'coredns',
    config: { Entrypoint: ['/usr/local/bin/coredns'] },
  },
  { name: `registry.k8s.io/etcd:${v.ETCD_IMAGE}`, layer: 'etcd' },
  { name: `registry.k8s.io/pause:${v.PAUSE}`, layer: 'pause', config: { Entrypoint: ['/pause'] }, pinned: true },
  { name: `ghcr.io/flannel-io/flannel:v${v.FLANNEL}`, layer: 'flannel', config: { Entrypoint: ['/opt/bin/flanneld'] } },
  { name: `localhost/rkube-tools:${v.TOOLS}`, layer: 'tools', config: { Cmd: ['sh'] } },
];

const sha256 = (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const describe = (mediaType, text) => ({ mediaType, digest: sha256(text), size: Buffer.byteLength(text) });

const bundled = images.map(({ name, layer: layerName, config: extra = {}, pinned = false }) => {
  const layer = layers.get(layerName);
  if (!layer)
    throw new Error(`${name}: expected a layer ${layerName} in ${layersFile}, found ${[...layers.keys()].join(', ')}`);
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    // The label makes the id of each image its own: three of them have one layer and nothing else to differ by.
    config: { Env: [path], Labels: { 'dev.rkube.image': name }, ...extra },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'rkube scripts/node-image' }],
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  return { name, pinned, layer: layer.digest, config, manifest };
});
process.stdout.write(`${JSON.stringify(bundled, null, 1)}\n`);
