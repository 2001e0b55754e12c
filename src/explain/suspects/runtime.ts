import { both, either, inactive, said } from '../look.ts';
import type { Suspect } from './types.ts';

const AGAIN = '`rkube down` and `rkube up`';

/** What the node itself consists of. */
export const RUNTIME: readonly Suspect[] = [
  {
    id: 'wrong-image',
    cause: 'The image is no node image, or one for another processor',
    fix: 'Leave --image out, or name one that `make node-image` built or kindest/node; `rkube delete` first',
    look: said(
      /exec format error|(entrypoint|\/sbin\/init|"systemctl"|executable file).*(no such file or directory|not found)/i,
      'error',
      'engine',
    ),
  },
  {
    id: 'systemd-start',
    cause: 'systemd could not start in the node container',
    fix: 'See `rkube doctor`: cgroup v2 and delegation; with Podman, that the container has a cgroup namespace of its own',
    look: said(
      /Failed to (create|mount|allocate|determine) .*(cgroup|control group|manager|hierarchy)|Freezing execution/i,
      'engine',
    ),
  },
  {
    id: 'node-setup',
    cause: "rkube's own service in the node failed: address, addresses of the control planes, or translation",
    fix: `See \`rkube logs rkube-node\`; ${AGAIN} repeats it`,
    look: both(
      inactive('rkube-node'),
      either(
        said(
          /^(?!Failed to start|rkube-node\.service:).*(Error|cannot|failed|not permitted|not supported)/i,
          'rkube-node',
        ),
        inactive('rkube-node'),
      ),
    ),
  },
  {
    id: 'image-store',
    cause: "containerd cannot use the file system of the node's volume",
    fix: "The engine's storage should lie on a local ext4 or xfs: not on NFS, nor on another overlay (`rkube doctor`)",
    look: said(
      /failed to mount overlay|overlayfs.*(not supported|invalid argument)|snapshotter .*(not found|unavailable|skip)/i,
      'rkube-images',
      'error',
    ),
  },
  {
    id: 'containerd-down',
    cause: 'containerd in the node does not run',
    fix: `See \`rkube logs containerd\`; ${AGAIN} starts it`,
    look: inactive('containerd'),
  },
  {
    id: 'kubelet-down',
    cause: 'The kubelet gives up at its start',
    fix: 'The line above names why; after a change of settings `rkube reset` and again',
    look: both(
      inactive('kubelet'),
      said(/"command failed"|Failed to run kubelet|failed to (load|validate) kubelet config/i, 'kubelet'),
    ),
  },
  {
    id: 'clock',
    cause: 'The clocks of this host and of the control plane differ, or a certificate has expired',
    fix: 'Compare `date -u` on both hosts and set them by NTP (an administrator); certificates: `rkube shell kubeadm certs check-expiration`',
    look: said(/certificate has expired or is not yet valid|clock skew/i, 'error', 'kubelet', 'pods'),
  },
];
