import type { ExecRule } from '../fixtures/engine/fake-engines.ts';

// What kubeadm and kubectl in a node answer, as far as rkube reads it. None of this is Kubernetes.

export const TOKEN = 'abcdef.0123456789abcdef';
export const CERTIFICATE_KEY = 'c0ffee'.padEnd(64, '0');

/** Only a CA's public key is ever read: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 36500`. */
const CA = `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUB6eqKBaN7UOADNUseBsPOlt7nVIwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjEwNDI5MTRaGA8yMTI2MTAy
ODA0MjkxNFowFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABInUcWH4RivQnr3iew/nWC8PM/PUuCAR99DvKLhKh5BnNDRkSiL4
pkVnHHwKUwmrrvMubfIQ2LvYRO/VwGRkirqjUzBRMB0GA1UdDgQWBBSVdSzKFhQ3
UkrcMGhV70kaa8oF/DAfBgNVHSMEGDAWgBSVdSzKFhQ3UkrcMGhV70kaa8oF/DAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDNJTEwpYJKxjRvm4yg
K48TvKqJ0teBYoucl9EjoXy2NwIgcnDoS1y6SGWE5r8Y6ofkr78RBkSP/3gjORGb
eMFXZg8=
-----END CERTIFICATE-----
`;
/** Of the CA, as openssl calculates it (test/unit/kubeadm/verbs.test.ts says how). */
export const CA_HASH = 'sha256:8548ff1bad55d3c141431c20cfb58fd107febf308dd706f82fed630a774b68e6';

export const ADMIN_CONF = `apiVersion: v1
kind: Config
clusters:
  - name: kubernetes
    cluster: { certificate-authority-data: Q0E=, server: "https://api.rkube.rkube.internal:6443" }
users:
  - name: kubernetes-admin
    user: { client-certificate-data: Q0VSVA==, client-key-data: S0VZ }
contexts:
  - name: kubernetes-admin@kubernetes
    context: { cluster: kubernetes, user: kubernetes-admin }
current-context: kubernetes-admin@kubernetes
`;

const PKI = {
  '/etc/kubernetes/admin.conf': ADMIN_CONF,
  '/etc/kubernetes/kubelet.conf': ADMIN_CONF,
  '/etc/kubernetes/pki/ca.crt': CA,
};
const NO_PKI = {
  '/etc/kubernetes/admin.conf': null,
  '/etc/kubernetes/kubelet.conf': null,
  '/etc/kubernetes/pki/ca.crt': null,
};

/** Commands that tests make slow or let fail, as they are when all is well. */
export const WORKS = {
  init: {
    match: '^/usr/local/lib/rkube/op run kubeadm init --config',
    stdout: '[init] Using Kubernetes version: v1.36.3\n[certs] Generating\nplain words\n',
    files: PKI,
  },
  join: {
    match: '^/usr/local/lib/rkube/op run kubeadm join --config',
    stdout: '[preflight] Running\n[kubelet-start] Starting\n',
    files: PKI,
  },
  // Length, id 1, a good answer, one question, one record.
  dns: { match: '^timeout 5 bash -c ', stdout: ' 00 3e 00 01 85 00 00 01 00 01 00 00 00 00\n' },
  /** What Flannel entered for the control plane of the tests' tickets. */
  neighbours: { match: '^ip -json neigh', stdout: '[{"dst":"10.244.0.0","lladdr":"02:00:00:00:00:01"}]' },
  tunnels: { match: '^bridge -json fdb', stdout: '[{"mac":"02:00:00:00:00:01","dst":"127.0.0.1"}]' },
  /** TCP ports that a control plane connected to. */
  peers: { match: '^/usr/local/lib/rkube/peers ask', stdout: '10250\n6443\n2379\n2380\n' },
  apply: { match: '^kubectl .* apply ' },
} as const satisfies Readonly<Record<string, ExecRule>>;

/** A kubeadm and a cluster in which everything works. Rules put in front of these win. */
export function healthy(node: string): readonly ExecRule[] {
  return [
    { match: '^kubeadm version', stdout: 'v1.36.3\n' },
    WORKS.init,
    WORKS.join,
    // Alone in etcd.
    { match: '^bash -s leave ', exitCode: 3 },
    { match: '^kubeadm reset', files: NO_PKI },
    { match: '^kubeadm token create', stdout: `${TOKEN}\n` },
    {
      match: '^kubeadm init phase upload-certs',
      stdout: `[upload-certs] Using certificate key:\n${CERTIFICATE_KEY}\n`,
    },
    WORKS.dns,
    WORKS.neighbours,
    WORKS.tunnels,
    { match: '^cat /sys/class/net/flannel.1/mtu', stdout: '1450\n' },
    { match: '^cat /sys/class/net/rkube-peers/mtu', stdout: '65000\n' },
    WORKS.peers,
    {
      match: '^kubectl .* get nodes,pods -A',
      stdout: JSON.stringify({ kind: 'List', items: [nodeObject(node), pod] }),
    },
    { match: '^kubectl .* get node ', stdout: JSON.stringify(nodeObject(node)) },
  ];
}

const nodeObject = (name: string) => ({
  kind: 'Node',
  metadata: { name, labels: { 'node-role.kubernetes.io/control-plane': '' } },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '192.0.2.7' }],
    nodeInfo: { kubeletVersion: 'v1.36.3' },
  },
});

const pod = {
  kind: 'Pod',
  metadata: { name: 'coredns-1', namespace: 'kube-system' },
  spec: { nodeName: 'host1' },
  status: {
    phase: 'Running',
    containerStatuses: [{ ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
  },
};
