import { isOlder } from '../../core/version.ts';
import { mountOf } from '../../host/mounts.ts';
import type { Host } from '../../host/types.ts';
import { manual, ok, skip } from '../finding.ts';
import { storageFolder } from '../storage.ts';
import type { Check } from '../types.ts';

/** Drivers that copy every layer. */
const COPIES = ['vfs', 'native'];
/** From this release on overlay file systems can lie on OpenZFS (its release notes of 2.2.0). */
const ZFS = '2.2';

export const engineStorage: Check = {
  id: 'engine-storage',
  title: "the engine's storage is quick, and still there after a boot",
  severity: 'warning',
  probe: async (input) => {
    const { host, engine } = input;
    if (engine === undefined) return skip('no engine to ask');
    const { path } = await storageFolder(input);
    const type = (await mountOf(host, path))?.type;
    const evidence = `${engine.kind} info: driver ${engine.storageDriver || 'not told'}; ${path} is on ${type ?? 'a file system that can not be seen'}`;
    if (COPIES.includes(engine.storageDriver)) {
      return manual(
        `${evidence}: this driver copies every layer, so images take several times the room and minutes to start`,
        'Let the engine take overlay (Linux 5.11 and newer), or install fuse-overlayfs; images and containers that are there are not taken along',
      );
    }
    const limit = type === undefined ? '' : await limitOf(host, type);
    return limit === '' ? ok(evidence) : manual(`${evidence}: ${limit}`, 'Move the storage to ext4, xfs or btrfs');
  },
};

/** What is lost on this file system; '' for nothing that is known. */
async function limitOf(host: Host, type: string): Promise<string> {
  switch (type) {
    case 'tmpfs':
      return 'in memory, so the node is lost at the next boot';
    case 'overlay':
    case 'ecryptfs':
      // moby daemon/graphdriver/overlay2 names these, nfs and zfs as what overlay can not lie on.
      return 'overlay does not stack on it, so pods start only with an image that falls back to fuse-overlayfs (kindest/node)';
    case 'zfs': {
      const version = (await host.readFile('/sys/module/zfs/version'))?.trim() ?? '';
      return isOlder(version, ZFS) ? `overlay needs OpenZFS ${ZFS}, this is ${version}` : '';
    }
    default:
      return '';
  }
}
