import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const FILE = '/sys/fs/cgroup/cgroup.controllers';

export const cgroupV2: Check = {
  id: 'cgroup-v2',
  title: 'cgroup v2 at /sys/fs/cgroup',
  severity: 'fatal',
  root: true,
  probe: async ({ host, engine }) => {
    const controllers = await host.readFile(FILE);
    if (controllers === undefined || engine?.cgroupVersion === 1) {
      const seen = controllers === undefined ? `${FILE} is absent` : `${engine?.kind} says cgroup v1`;
      return manual(seen, 'Boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line');
    }
    return ok(`${FILE}: ${controllers.trim()}`);
  },
};
