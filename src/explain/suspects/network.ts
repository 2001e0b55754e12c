import { both, either, type Look, said } from '../look.ts';
import type { Suspect } from './types.ts';

/** Flannel writes the configuration when it works; what it said before that is no evidence. */
const noConfiguration: Look = ({ cni }) => (cni === undefined || /\.conf(list)?$/m.test(cni) ? undefined : cni);
const flannelCrashes = said(/back-off .* restarting failed container=kube-flannel/i, 'kubelet');
const flannelAils = either(noConfiguration, flannelCrashes);

/** The pods' network. */
export const NETWORK: readonly Suspect[] = [
  {
    id: 'kernel-refuses-rules',
    cause: 'The kernel refuses what kube-proxy or Flannel ask of nftables or conntrack',
    fix: 'See `rkube doctor` (kernel-nftables): modules that an administrator must load',
    look: said(
      /(nft|nftables|netlink|conntrack|iptables).*(operation not (permitted|supported)|permission denied|Could not process rule)/i,
      'pods',
      'rkube-node',
    ),
  },
  {
    id: 'flannel-api',
    cause: 'Flannel does not reach the API server',
    fix: 'The node must reach the control plane that the line names; see `rkube status` there',
    look: both(
      flannelAils,
      said(/^kube-flannel[^ ]* .*(Failed to create SubnetManager|dial tcp .*(refused|timeout|no route))/i, 'pods'),
    ),
  },
  {
    id: 'flannel-crash',
    cause: 'Flannel ends again and again',
    fix: 'See `rkube kubectl -n kube-flannel logs ds/kube-flannel-ds` on a control plane',
    look: both(
      flannelAils,
      either(said(/^kube-flannel[^ ]* (F\d|E\d.*(main|failed)|panic:)/i, 'pods'), flannelCrashes),
    ),
  },
  {
    id: 'cni-plugin',
    cause: 'A program of the pod network is missing in the node, or fails',
    fix: 'Use a node image with the plugins ptp, host-local, portmap and loopback in /opt/cni/bin',
    look: said(/failed to find plugin|plugin type=\\?"[^"]+" failed/i, 'kubelet', 'containerd'),
  },
  {
    id: 'cni-missing',
    cause: 'The pod network is not set up on this node: Flannel has not written its configuration',
    fix: 'See whether its pod runs: `rkube kubectl -n kube-flannel get pods -o wide` on a control plane',
    look: both(noConfiguration, said(/cni plugin not initialized|no network config found/i, 'kubelet', 'containerd')),
  },
  {
    id: 'dns-loop',
    cause: "The cluster's DNS asks itself: the node's resolver leads back to it",
    fix: 'Let /etc/resolv.conf of the host name a server that is not on the host itself, then `rkube down` and `rkube up`',
    look: said(/^coredns[^ ]* .*plugin\/loop.*Loop/i, 'pods'),
  },
];
