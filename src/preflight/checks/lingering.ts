import { curable, ok, skip } from '../finding.ts';
import type { Check } from '../types.ts';

export const lingering: Check = {
  id: 'lingering',
  title: 'the user manager runs without a login (lingering)',
  severity: 'warning',
  probe: async ({ host }) => {
    if (!(await host.stat('/run/systemd/system'))) return skip('systemd does not run this host');
    const file = `/var/lib/systemd/linger/${host.user}`;
    if (await host.stat(file)) return ok(`${file} exists`);
    return curable(`${file} is absent: the node stops when ${host.user} logs out, and does not start at boot`, {
      kind: 'linger',
      user: host.user,
    });
  },
};
