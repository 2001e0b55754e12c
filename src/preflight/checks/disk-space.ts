import { manual, ok } from '../finding.ts';
import { storageFolder } from '../storage.ts';
import type { Check } from '../types.ts';

const GB = 1e9;
/** Node image (about 1 GB unpacked), the components' images, and room for the first pods. */
const NEEDED = 5 * GB;
/** The node image and those of the components unpack to some 20 000 files and folders. */
const FILES = 50_000;

export const diskSpace: Check = {
  id: 'disk-space',
  title: `${NEEDED / GB} GB, and room for ${FILES} files, free where the engine keeps images and volumes`,
  severity: 'warning',
  probe: async (input) => {
    const { path, source } = await storageFolder(input);
    const room = await input.host.room(path);
    if (room === undefined) return ok(`free space of ${path} (${source}) can not be read`);
    const files = Number.isFinite(room.files) ? `, room for ${room.files} files` : '';
    const evidence = `${(room.bytes / GB).toFixed(1)} GB free${files} in ${path} (${source})`;
    return room.bytes >= NEEDED && room.files >= FILES
      ? ok(evidence)
      : manual(evidence, "Free some space, or move the engine's storage to a larger disk");
  },
};
