import type { Host } from '../../host/types.ts';
import type { Source } from './types.ts';

const file = (name: string, from: string, what: string): Source => ({
  path: `host/${name}`,
  what,
  argv: ['cat', from],
});
const command = (name: string, what: string, ...argv: readonly string[]): Source => ({
  path: `host/${name}`,
  what,
  argv,
});

/** What is read of a host, as the user who runs rkube: this list and nothing else. `unit` starts the node at boot. */
export function hostSources(host: Host, unit: string): readonly Source[] {
  return [
    file('os-release.txt', '/etc/os-release', 'distribution'),
    file('kernel.txt', '/proc/version', 'kernel'),
    file('memory.txt', '/proc/meminfo', 'memory'),
    file('load.txt', '/proc/loadavg', 'load'),
    file('limits.txt', '/proc/self/limits', 'limits of processes'),
    file('cgroup.txt', '/proc/self/cgroup', 'cgroup of this session'),
    file('resolv.conf', '/etc/resolv.conf', 'name servers'),
    command('disk.txt', 'file system of the home folder', 'df', '-h', host.home),
    command('addresses.txt', 'interfaces', 'ip', 'address'),
    command('routes.txt', 'routes', 'ip', 'route'),
    command('boot-unit.txt', 'unit that starts the node at boot', 'systemctl', '--user', 'cat', unit),
    command(
      'boot-unit.log',
      'journal of that unit',
      ...['journalctl', '--user', '--no-pager', '--output', 'short-iso', '--lines', '300', '--user-unit', unit],
    ),
  ];
}
