import { readDistribution } from '../../host/distribution.ts';
import { ok, problem, skip } from '../finding.ts';
import type { Check } from '../types.ts';

export const userManager: Check = {
  id: 'user-manager',
  title: 'a systemd user manager can start the node at boot',
  severity: 'warning',
  probe: async ({ host, engine }) => {
    if (engine?.features.startsAtBoot !== 'user-unit') return skip('only engines without a daemon need it');
    const socket = `/run/user/${host.uid}/systemd/private`;
    if (await host.stat(socket)) return ok(`${socket} exists`);
    const evidence = `${socket} is absent: nothing starts the node after a boot, \`rkube up\` is needed then`;
    const { systemd, wsl } = await readDistribution(host);
    if (systemd)
      return problem(
        evidence,
        `Log in by ssh or at the console (not with su or sudo); loginctl enable-linger ${host.user} keeps the manager running`,
      );
    return problem(
      evidence,
      wsl
        ? 'Put systemd=true below [boot] in /etc/wsl.conf, then in Windows: wsl --shutdown'
        : 'This host has no systemd: have its own service manager, or cron with @reboot, run `rkube up`',
    );
  },
};
