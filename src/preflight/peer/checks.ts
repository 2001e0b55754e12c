import type { CheckReport, Finding } from '../types.ts';

/** What hosts need of each other, and what should be true. Each is fatal: a join stops before anything is joined. */
export const PEER_CHECKS = {
  'peer-ssh': 'the peer answers by ssh, and has rkube',
  'peer-api': 'a control plane answers this host',
  'peer-etcd': 'etcd of the control planes answers this host, where it is to be one',
  'peer-clock': 'the hosts tell the same time',
  'peer-name': 'no other node has the name of this one',
  'peer-address': 'no other node has the address of this one',
  'peer-ranges': "no network of this host is in the cluster's ranges",
  'peer-settings': 'Kubernetes, the port of VXLAN and the ranges are set equally',
  'peer-vxlan': 'VXLAN comes through, both ways',
  'peer-tcp': "the nodes' TCP ports are open to each other",
  'peer-source': "nothing but the hosts' own engines translates addresses between them",
  'peer-mtu': 'full packets come through VXLAN',
} as const;

export type PeerCheckId = keyof typeof PEER_CHECKS;

/** The finding as doctor shows it. What mends a path or a clock is an administrator's. */
export function peerReport(id: PeerCheckId, finding: Finding): CheckReport {
  const root = ['peer-vxlan', 'peer-tcp', 'peer-etcd', 'peer-clock'].includes(id);
  return { id, page: 'docs/doctor/peers.md', title: PEER_CHECKS[id], severity: 'fatal', root, finding };
}
