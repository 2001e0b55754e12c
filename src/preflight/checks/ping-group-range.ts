import { curable, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const FILE = '/proc/sys/net/ipv4/ping_group_range';

export const pingGroupRange: Check = {
  id: 'ping-group-range',
  title: 'pods can ping hosts outside the cluster',
  severity: 'minor',
  root: true,
  probe: async ({ host }) => {
    const [from, to] = ((await host.readFile(FILE)) ?? '').trim().split(/\s+/).map(Number);
    if (from === undefined || to === undefined) return ok(`${FILE} can not be read`);
    const evidence = `${FILE} is ${from} ${to}`;
    // icmp(7): one group of the process in the range is enough.
    const status = (await host.readFile('/proc/self/status')) ?? '';
    const groups = [...status.matchAll(/^(?:Gid|Groups):(.*)$/gm)].flatMap(([, ids = '']) => ids.trim().split(/\s+/));
    if (groups.length === 0) return ok(`${evidence}; groups of this user can not be read`);
    if (groups.some((id) => Number(id) >= from && Number(id) <= to)) return ok(evidence);
    return curable(`${evidence}, without any group of ${host.user}: pasta and slirp4netns carry no ping`, {
      kind: 'switch',
      file: '/etc/sysctl.d/99-rkube-ping.conf',
      key: 'net.ipv4.ping_group_range',
      value: '0 2147483647',
    });
  },
};
