import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const GB = 1e9;
/** Node image (about 1 GB unpacked), the components' images, and room for the first pods. */
const NEEDED = 5 * GB;

export const diskSpace: Check = {
  id: 'disk-space',
  title: `${NEEDED / GB} GB free where rootless engines keep images and volumes`,
  severity: 'warning',
  probe: async ({ host }) => {
    const free = await host.freeBytes(host.home);
    if (free === undefined) return ok(`free space of ${host.home} can not be read`);
    const evidence = `${(free / GB).toFixed(1)} GB free in ${host.home}`;
    return free >= NEEDED
      ? ok(evidence)
      : manual(evidence, "Free some space, or move the engine's storage to a larger disk");
  },
};
