import { KUBECONFIG, kubectlArgv } from '../../kube/kubectl.ts';
import type { Source } from './types.ts';

// What is read in a node: this list and nothing else. No Secret, no key, no object of a user's own beyond its name and
// state: what pods run with (arguments, variables, messages) is only told of those that rkube and kubeadm made.

const UNITS = ['kubelet', 'containerd', 'rkube-node', 'rkube-images', 'rkube-vxlan'];
const MANIFESTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const CONFIG_MAPS = ['kubeadm-config', 'kubelet-config', 'kube-proxy', 'coredns'];
/** Pods that rkube and kubeadm made, as the folders of their logs begin. */
const OWN_PODS = ['kube-flannel_kube-flannel-ds', 'kube-system_coredns', 'kube-system_kube-', 'kube-system_etcd'];

const file = (path: string, from: string, what: string): Source => ({ path, what, argv: ['cat', from] });
const journal = (unit: string): Source => ({
  path: `node/journal/${unit}.log`,
  what: `journal of ${unit}, its last lines`,
  argv: ['journalctl', '--boot', '--no-pager', '--output', 'short-iso', '--lines', '3000', '--unit', unit],
});
const network = (name: string, what: string, ...argv: readonly string[]): Source => ({
  path: `node/network/${name}.txt`,
  what,
  argv,
});

/** In every node that runs. */
export const NODE: readonly Source[] = [
  ...UNITS.map(journal),
  {
    path: 'node/journal/warnings.log',
    what: 'warnings and errors of all units',
    argv: ['journalctl', '--boot', '--no-pager', '--output', 'short-iso', '--lines', '1000', '--priority', 'warning'],
  },
  {
    path: 'node/units.txt',
    what: 'systemd units',
    argv: ['systemctl', 'list-units', '--all', '--no-pager', '--plain'],
  },
  {
    path: 'node/processes.txt',
    what: 'processes, without arguments',
    argv: ['ps', '-eo', 'pid,ppid,stat,etime,rss,comm'],
  },
  { path: 'node/disk.txt', what: 'file systems', argv: ['df', '-h'] },
  { path: 'node/inodes.txt', what: 'inodes', argv: ['df', '-i'] },
  {
    path: 'node/containers.txt',
    what: 'containers by containerd',
    argv: ['ctr', '-n', 'k8s.io', 'containers', 'list'],
  },
  { path: 'node/tasks.txt', what: 'containers that run', argv: ['ctr', '-n', 'k8s.io', 'tasks', 'list'] },
  { path: 'node/images.txt', what: 'images', argv: ['ctr', '-n', 'k8s.io', 'images', 'list', '--quiet'] },
  file('node/cgroup-controllers.txt', '/sys/fs/cgroup/cgroup.controllers', 'cgroup controllers'),
  file('node/containerd/config.toml', '/etc/containerd/config.toml', 'settings of containerd'),
  file('node/kubelet/config.yaml', '/var/lib/kubelet/config.yaml', 'settings of the kubelet'),
  file('node/kubelet/kubeadm-flags.env', '/var/lib/kubelet/kubeadm-flags.env', 'flags of the kubelet'),
  file('node/rkube/state.json', '/var/lib/rkube/state.json', "rkube's state of the node"),
  file('node/rkube/node.env', '/var/lib/rkube/node.env', 'what the node starts with'),
  {
    path: 'node/cni/list.txt',
    what: 'files of the pod network',
    argv: ['ls', '-lA', '/etc/cni/net.d', '/opt/cni/bin'],
  },
  file('node/cni/10-flannel.conflist', '/etc/cni/net.d/10-flannel.conflist', 'settings of the pod network'),
  file('node/cni/subnet.env', '/run/flannel/subnet.env', "Flannel's range"),
  {
    path: 'node/pods.log',
    what: 'logs of the pods of kubeadm and rkube, their last lines',
    argv: [
      ...['find', '/var/log/pods', '-name', '*.log', '('],
      ...OWN_PODS.flatMap((pod, index) => [...(index > 0 ? ['-o'] : []), '-path', `/var/log/pods/${pod}*`]),
      ...[')', '-exec', 'tail', '-v', '-n', '300', '{}', '+'],
    ],
  },
  network('addresses', 'interfaces', 'ip', '-details', '-statistics', 'address'),
  network('routes', 'routes', 'ip', 'route', 'show', 'table', 'all'),
  network('neighbours', 'neighbours', 'ip', 'neighbour'),
  network('fdb', "VXLAN's other hosts", 'bridge', 'fdb'),
  network('nftables', 'packet filter rules', 'nft', 'list', 'ruleset'),
  network('sockets', 'open ports', 'ss', '--tcp', '--udp', '--listening', '--numeric'),
  network('hosts', '/etc/hosts', 'cat', '/etc/hosts'),
  network('resolv.conf', '/etc/resolv.conf', 'cat', '/etc/resolv.conf'),
];

const kubectl = (path: string, what: string, ...args: readonly string[]): Source => ({
  path: `kubernetes/${path}`,
  what,
  argv: kubectlArgv(KUBECONFIG.admin, [...args, '--request-timeout=10s']),
});
const describe = (name: string, namespace: string, label: string): Source =>
  kubectl(`pods-${name}.txt`, `pods of ${name} in full`, 'describe', 'pods', '-n', namespace, '-l', label);

/** In a control plane, besides. */
export const CONTROL_PLANE: readonly Source[] = [
  ...MANIFESTS.map((name) =>
    file(`node/manifests/${name}.yaml`, `/etc/kubernetes/manifests/${name}.yaml`, `static pod ${name}`),
  ),
  { path: 'node/certificates.txt', what: 'when certificates expire', argv: ['kubeadm', 'certs', 'check-expiration'] },
];

/** Where the API server answers, besides. */
export const KUBERNETES: readonly Source[] = [
  kubectl('version.txt', 'versions', 'version'),
  kubectl('nodes.txt', 'nodes', 'get', 'nodes', '-o', 'wide'),
  kubectl('nodes-in-full.txt', 'nodes in full', 'describe', 'nodes'),
  kubectl('pods.txt', 'all pods, without what they run', 'get', 'pods', '-A', '-o', 'wide'),
  kubectl('workloads.txt', 'Deployments and the like by name', 'get', 'deployments,daemonsets,statefulsets,jobs', '-A'),
  kubectl('services.txt', 'Services', 'get', 'services,endpointslices', '-A', '-o', 'wide'),
  kubectl('events.txt', 'events', 'get', 'events', '-A', '--sort-by=.lastTimestamp'),
  kubectl('config.yaml', 'settings of kubeadm', 'get', 'configmap', ...CONFIG_MAPS, '-n', 'kube-system', '-o', 'yaml'),
  kubectl(
    'flannel.yaml',
    'settings of Flannel',
    'get',
    'configmap',
    'kube-flannel-cfg',
    '-n',
    'kube-flannel',
    '-o',
    'yaml',
  ),
  describe('control-plane', 'kube-system', 'tier=control-plane'),
  describe('kube-proxy', 'kube-system', 'k8s-app=kube-proxy'),
  describe('coredns', 'kube-system', 'k8s-app=kube-dns'),
  describe('flannel', 'kube-flannel', 'app=flannel'),
];
