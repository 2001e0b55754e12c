import { either, said } from '../look.ts';
import type { Suspect } from './types.ts';

/** Control plane and membership. */
export const CLUSTER: readonly Suspect[] = [
  {
    id: 'ticket-refused',
    cause:
      "The control plane does not accept the ticket's token: it has expired or was removed, or the cluster was made anew",
    fix: 'Make a new ticket there: `rkube join-command`',
    look: said(
      /could not find a JWS signature|token id .* is invalid|cluster CA found in cluster-info .* is invalid|bootstrap token.*expired/i,
      'error',
    ),
  },
  {
    id: 'etcd-stopped',
    cause: 'etcd has stopped with an error',
    fix: 'The line names why. With another control plane: `rkube delete` here and join again. Without: restore its volume',
    look: said(/^etcd[^ ]* .*("level":"(fatal|panic)"|panic:|database space exceeded|wal: .*crc mismatch)/, 'pods'),
  },
  {
    id: 'port-taken',
    cause: 'A port that a component needs is taken',
    fix: 'End what holds it (`rkube shell ss -tlnp`), or choose another port',
    look: said(/bind: address already in use|Port \d+ is in use/i, 'error', 'pods', 'kubelet'),
  },
  {
    id: 'api-server-crash',
    cause: 'The API server ends again and again',
    fix: 'See `rkube shell sh -c "tail /var/log/pods/kube-system_kube-apiserver*/*/*.log"`; flags of your own are in `kubeadm:` of rkube.yaml',
    look: said(/^kube-apiserver[^ ]* .*("command failed"|unknown flag|panic:|Error: )/, 'pods'),
  },
  {
    id: 'api-unreachable',
    cause: 'The API server does not answer this node',
    fix: 'On a control plane see `rkube status`; from this host its port must be reachable, 6443/tcp unless another was chosen',
    look: either(
      said(/^curl: /, 'api'),
      said(
        /dial tcp \S+: (connect: connection refused|connect: no route to host|i\/o timeout)|TLS handshake timeout/,
        'error',
      ),
    ),
  },
];
