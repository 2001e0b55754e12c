import { readDistribution } from '../../host/distribution.ts';
import type { Host } from '../../host/types.ts';
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
      return manual(seen, await fix(host));
    }
    return ok(`${FILE}: ${controllers.trim()}`);
  },
};

async function fix(host: Host): Promise<string> {
  const { wsl, systemd } = await readDistribution(host);
  // WSL mounts cgroup v1 itself, whatever systemd is told (https://github.com/microsoft/WSL/issues/6662).
  if (wsl)
    return 'In Windows: wsl --update; with WSL before 2.5 kernelCommandLine=cgroup_no_v1=all below [wsl2] in %UserProfile%\\.wslconfig; then wsl --shutdown';
  return systemd
    ? 'Boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line'
    : 'Mount cgroup2 alone at /sys/fs/cgroup (OpenRC: rc_cgroup_mode="unified" in /etc/rc.conf) and reboot';
}
