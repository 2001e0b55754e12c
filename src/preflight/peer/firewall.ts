import type { Host } from '../../host/types.ts';

/** `8472/udp` */
export type Port = `${number}/${'tcp' | 'udp'}`;

/** A firewall's manager on this host, as far as an ordinary user may read it. */
export interface Firewall {
  readonly name: 'firewalld' | 'ufw';
  /** firewalld's zone of the interface; '' when it is not told. */
  readonly zone: string;
  /** What it lets in; undefined when it is not told. */
  readonly open?: readonly string[] | undefined;
}

/** undefined: none of those that are known runs, or that cannot be seen. */
export async function readFirewall(host: Host, address: string): Promise<Firewall | undefined> {
  const say = async (...args: readonly string[]): Promise<string> => {
    const result = await host.runner.run({ file: 'firewall-cmd', args, effect: 'read', timeoutMs: 3_000 });
    return result.exitCode === 0 ? result.stdout.trim() : '';
  };
  const link = (await host.addresses()).find((each) => each.address === address)?.interface ?? '';
  if ((await say('--state')) !== '' || (await active(host, 'firewalld.service'))) {
    const zone = (await say(`--get-zone-of-interface=${link}`)) || (await say('--get-default-zone'));
    // Polkit lets ordinary users read this on desktops, and seldom on servers.
    const all = zone === '' ? '' : await say(`--zone=${zone}`, '--list-all');
    return { name: 'firewalld', zone, open: all === '' ? undefined : openPorts(all) };
  }
  const ufw = await host.readFile('/etc/ufw/ufw.conf');
  return /^ENABLED=yes/im.test(ufw ?? '') ? { name: 'ufw', zone: '', open: undefined } : undefined;
}

const active = async (host: Host, unit: string): Promise<boolean> =>
  (await host.runner.run({ file: 'systemctl', args: ['is-active', '--quiet', unit], effect: 'read' })).exitCode === 0;

/** Of `firewall-cmd --list-all`: lines `  target: default` and `  ports: 6443/tcp 8000-9000/udp`. */
function openPorts(text: string): readonly string[] {
  const value = (key: string): string => new RegExp(`^\\s*${key}: *(.*)$`, 'm').exec(text)?.[1] ?? '';
  if (value('target') === 'ACCEPT') return ['0-65535/tcp', '0-65535/udp'];
  return value('ports').split(/\s+/).filter(Boolean);
}

/** Those of the ports that the firewall is known to keep out. */
export function closedPorts({ open }: Firewall, ports: readonly Port[]): readonly Port[] {
  if (open === undefined) return [];
  const isOpen = (port: Port): boolean => {
    const [number, protocol] = port.split('/');
    return open.some((range) => {
      const [, first, last = first, kind] = /^(\d+)(?:-(\d+))?\/(\w+)$/.exec(range) ?? [];
      return kind === protocol && Number(first) <= Number(number) && Number(number) <= Number(last);
    });
  };
  return ports.filter((port) => !isOpen(port));
}

/** What an administrator types to let the ports in; for each manager where it is not known which one there is. */
export function opening(ports: readonly Port[], firewall?: Firewall): string {
  const zone = firewall?.zone ? ` --zone=${firewall.zone}` : '';
  const ways = {
    firewalld: `firewall-cmd --permanent${zone} ${ports.map((port) => `--add-port=${port}`).join(' ')} && firewall-cmd --reload`,
    ufw: ports.map((port) => `ufw allow ${port}`).join(' && '),
    nftables: ports
      .map((port) => port.split('/'))
      .map(([number, protocol]) => `nft insert rule inet filter input ${protocol} dport ${number} accept`)
      .join(' && '),
  };
  if (firewall !== undefined) return `\`${ways[firewall.name]}\``;
  return Object.entries(ways)
    .map(([name, command]) => `${name}: \`${command}\``)
    .join('; ');
}
