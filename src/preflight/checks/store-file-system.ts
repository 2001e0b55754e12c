import { mountOf } from '../../host/mounts.ts';
import { manual, ok } from '../finding.ts';
import { storageFolder } from '../storage.ts';
import type { Check } from '../types.ts';

/** Type of file system → why no node can live on it. */
const UNFIT: readonly (readonly [RegExp, string])[] = [
  [
    // The server refuses owners that it does not know, subordinate ids among them (podman#4551, #22002).
    /^(nfs4?|cifs|smb3|smbfs|afs|lustre|gpfs|beegfs|fuse\.(sshfs|s3fs|rclone))$/,
    'a network file system, which refuses files of subordinate ids',
  ],
  [/^(vfat|exfat|msdos|ntfs3?|fuseblk|9p|drvfs)$/, 'it keeps no owners and modes of Linux'],
];

export const storeFileSystem: Check = {
  id: 'store-file-system',
  title: "the engine's storage lies on a file system that can hold containers",
  severity: 'fatal',
  probe: async (input) => {
    const { path, source } = await storageFolder(input);
    const mount = await mountOf(input.host, path);
    if (mount === undefined) return ok(`the file system of ${path} can not be seen from here`);
    const evidence = `${path} (${source}) is on ${mount.type}, mounted at ${mount.point}`;
    const unfit = UNFIT.find(([type]) => type.test(mount.type))?.[1];
    if (unfit !== undefined) return manual(`${evidence}: ${unfit}`, ELSEWHERE);
    // A user namespace can not take the option away again (mount_namespaces(7)).
    if (mount.options.includes('noexec')) {
      return manual(
        `${evidence} with noexec: no program of an image can be run`,
        `Mount ${mount.point} without noexec, or ${ELSEWHERE.charAt(0).toLowerCase()}${ELSEWHERE.slice(1)}`,
      );
    }
    return ok(evidence);
  },
};

const ELSEWHERE =
  "Move the engine's storage to a local disk (Podman: graphroot in ~/.config/containers/storage.conf; Docker: data-root in ~/.config/docker/daemon.json; nerdctl: root in ~/.config/containerd/config.toml)";
