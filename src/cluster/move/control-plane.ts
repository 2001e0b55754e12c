import { X509Certificate } from 'node:crypto';
import { KUBECONFIG, kubectlArgv } from '../../kube/kubectl.ts';
import { initDocuments, merge } from '../../kubeadm/documents.ts';
import type { Site } from '../site.ts';

const PKI = '/etc/kubernetes/pki';
/** Certificates that name the host's address, by kubeadm's phase, and where further names go in its documents. */
const CERTIFICATES = [
  ['apiserver', 'apiserver', (names: Names) => ({ apiServer: { certSANs: names } })],
  ['etcd-server', 'etcd/server', (names: Names) => ({ etcd: { local: { serverCertSANs: names } } })],
  ['etcd-peer', 'etcd/peer', (names: Names) => ({ etcd: { local: { peerCertSANs: names } } })],
] as const;
type Names = readonly string[];

/** Names and addresses that a certificate is good for. */
export function subjects(pem: string): Names {
  const { subjectAltName = '' } = new X509Certificate(pem);
  return subjectAltName.split(', ').flatMap((each) => each.replace(/^(DNS|IP Address):/, '') || []);
}

/** Lets kubeadm issue the certificates anew that do not name the node's address, with all else that they name. */
export async function reissueCertificates(site: Site, old: Names, kubernetesVersion: string): Promise<void> {
  const { node, config } = site;
  for (const [phase, file, place] of CERTIFICATES) {
    const pem = await node.readFile(`${PKI}/${file}.crt`);
    const has = pem === undefined ? [] : subjects(pem);
    if (has.includes(config.address)) continue;
    const names = [...has.filter((name) => !old.includes(name)), config.address];
    // Without the old one, which an interrupted run removed, those of this node's own settings.
    const given = pem === undefined ? {} : { ClusterConfiguration: place(names) };
    const kubeadm = merge(config.kubeadm, given) as typeof config.kubeadm;
    // kubeadm uses what is there, and rejects it for its address.
    const files = [`${PKI}/${file}.crt`, `${PKI}/${file}.key`];
    await node.run(['rm', '-f', ...files], { doing: `Removing ${files.join(' and ')}`, effect: 'write' });
    await node.run(['kubeadm', 'init', 'phase', 'certs', phase, '--config', '/dev/stdin'], {
      doing: `kubeadm init phase certs ${phase}`,
      stdin: initDocuments({ ...config, kubernetesVersion, kubeadm }, node.engine.info.rootless),
      effect: 'write',
    });
  }
}

/** What kubeadm tells control planes that join later names the address too. */
export async function updateKubeadmConfig({ node, config }: Site, old: Names): Promise<void> {
  const object = ['-n', 'kube-system', 'configmap', 'kubeadm-config'];
  const get = kubectlArgv(KUBECONFIG.admin, ['get', ...object, '-o', 'jsonpath={.data.ClusterConfiguration}']);
  const text = await node.run(get, { doing: "Reading the cluster's kubeadm-config", effect: 'read', dry: '' });
  const moved = old.reduce(
    (all, address) => all.replaceAll(new RegExp(`\\b${address.replaceAll('.', '\\.')}\\b`, 'g'), config.address),
    text,
  );
  if (moved === text) return;
  const patch = kubectlArgv(KUBECONFIG.admin, ['patch', ...object, '--type=merge', '--patch-file=/dev/stdin']);
  await node.run(patch, {
    doing: "Changing the cluster's kubeadm-config",
    stdin: JSON.stringify({ data: { ClusterConfiguration: moved } }),
    effect: 'write',
  });
}
