// What a cluster gets when nobody says otherwise.

export const DEFAULTS = {
  cluster: 'rkube',
  engine: 'auto',
  kubernetesVersion: 'v1.36.3',
  // Kubernetes' own numbers: https://kubernetes.io/docs/reference/networking/ports-and-protocols/
  apiserver: 6443,
  kubelet: 10250,
  /** Linux' VXLAN port and Flannel's default, not IANA's 4789. */
  flannel: 8472,
  etcd: 2379,
  /** Flannel's usual range. */
  podSubnet: '10.244.0.0/16',
  /** The beginning of kubeadm's own default, 10.96.0.0/12. */
  serviceSubnet: '10.96.0.0/16',
} as const;
