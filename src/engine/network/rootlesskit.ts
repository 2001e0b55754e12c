import { findExecutable } from '../../host/executable.ts';
import { runtimeFolder } from '../../host/runtime-folder.ts';
import type { Host } from '../../host/types.ts';
import type { Inside, NetworkDriver, NetworkSetup } from './types.ts';

/** Where an engine on RootlessKit keeps its things. */
export interface RootlessKitEngine {
  /** Of the variables that upstream's start script reads: `DOCKERD`, `CONTAINERD`. */
  readonly prefix: string;
  /** The user's service. */
  readonly unit: string;
  /** RootlessKit's state below XDG_RUNTIME_DIR. */
  readonly state: string;
  /** Names of RootlessKit, in the order in which the start script looks for them. */
  readonly programs: readonly string[];
}

/** Port driver, what must be installed, and the largest packet that network drivers of RootlessKit take. */
const KNOWN: readonly (Pick<NetworkDriver, 'network' | 'ports' | 'mtu'> & { readonly needs: readonly string[] })[] = [
  { network: 'pasta', ports: 'implicit', mtu: 65520, needs: ['pasta'] },
  { network: 'slirp4netns', ports: 'builtin', mtu: 65520, needs: ['slirp4netns'] },
  { network: 'slirp4netns', ports: 'slirp4netns', mtu: 65520, needs: ['slirp4netns'] },
  // Its own port driver does not serve rootless Docker (rootlesskit#571).
  { network: 'gvisor-tap-vsock', ports: 'builtin', mtu: 65520, needs: [] },
  { network: 'lxc-user-nic', ports: 'builtin', mtu: 1500, needs: [] },
];

/** Docker and nerdctl: their daemon runs in one namespace that RootlessKit makes. */
export function rootlessKit(engine: RootlessKitEngine): NetworkSetup {
  const environment = (host: Host): Promise<Readonly<Record<string, string>>> => unitEnvironment(host, engine);
  return {
    environment,
    forwarders: engine.programs,
    drivers: async (host) => {
      const path = (await environment(host))['PATH'] ?? '';
      const found = (await Promise.all(engine.programs.map((name) => findExecutable(host, name, path)))).find(Boolean);
      if (found === undefined) return KNOWN.map((known) => driver(known, '', 'RootlessKit is not on PATH'));
      const help = (await host.runner.run({ file: found, args: ['--help'], effect: 'read' })).stdout;
      return Promise.all(
        KNOWN.map(async (known) => {
          const absent = await missing(host, known.needs, path);
          return driver(known, found, unknownTo(help, known.network) || absent || named(known.network));
        }),
      );
    },
    dropIn: {
      file: `systemd/user/${engine.unit}.d/rkube-network.conf`,
      lines: ({ network, ports, mtu }) => [
        '[Service]',
        ...Object.entries({ NET: network, PORT_DRIVER: ports, MTU: mtu }).map(
          ([key, value]) => `Environment=${engine.prefix}_ROOTLESS_ROOTLESSKIT_${key}=${value}`,
        ),
      ],
      restart: `systemctl --user daemon-reload && systemctl --user restart ${engine.unit}`,
      effect: 'all containers of this engine stop and start with it, the node too',
    },
  };
}

function driver(known: (typeof KNOWN)[number], program: string, problem: string): NetworkDriver {
  const { network, ports, mtu } = known;
  return {
    network,
    ports,
    mtu,
    // RootlessKit gives its pasta an address of its own (rootlesskit#611).
    hostAddress: false,
    problem,
    host: (address) => address,
    inside: (inside) => ({ file: program, args: rootlessKitArgs(known, inside) }),
  };
}

/** As upstream's start scripts call it, but for the folders that a daemon needs copied. */
function rootlessKitArgs(
  { network, ports, mtu }: Pick<NetworkDriver, 'network' | 'ports' | 'mtu'>,
  inside: Inside,
): string[] {
  return [
    `--net=${network}`,
    `--mtu=${mtu}`,
    `--port-driver=${ports}`,
    '--disable-host-loopback',
    ...(network === 'slirp4netns' ? ['--slirp4netns-sandbox=auto', '--slirp4netns-seccomp=auto'] : []),
    // The implicit driver publishes by itself what is listened on.
    ...(ports === 'implicit' ? [] : inside.ports.flatMap((port) => publish(inside.address, port))),
    ...inside.argv,
  ];
}

const publish = (address: string, port: number): string[] =>
  ['tcp', 'udp'].map((protocol) => `--publish=${address}:${port}:${port}/${protocol}`);

/** What RootlessKit says of itself: `--net value  network driver [host, pasta(experimental), slirp4netns, …]`. */
function unknownTo(help: string, network: string): string {
  const told = /--net value\s+network driver \[([^\]]*)\]/.exec(help)?.[1] ?? '';
  const names = told.split(',').map((name) => name.trim().replace(/\(.*/, ''));
  return names.includes(network) ? '' : `this RootlessKit does not know it (it knows ${names.join(', ')})`;
}

async function missing(host: Host, needs: readonly string[], path: string): Promise<string> {
  const found = await Promise.all(needs.map((name) => findExecutable(host, name, path)));
  const absent = needs.filter((_, index) => found[index] === undefined);
  return absent.length === 0 ? '' : `${absent.join(', ')} not on PATH`;
}

/** An administrator has to give the user a share of a bridge first, and nothing tells which. */
function named(network: string): string {
  return network === 'lxc-user-nic' ? 'named only: it needs lxc, and a line of root in /etc/lxc/lxc-usernet' : '';
}

/** The environment of the running RootlessKit, of which only PATH is taken; without one this user's PATH. */
async function unitEnvironment(host: Host, { state }: RootlessKitEngine): Promise<Readonly<Record<string, string>>> {
  const child = (await host.readFile(`${runtimeFolder(host)}/${state}/child_pid`))?.trim();
  const stat = child === undefined ? undefined : await host.readFile(`/proc/${child}/stat`);
  // proc_pid_stat(5): the name, in parentheses, may hold spaces; then state and parent.
  const parent = /^.*\) \S+ (\d+) /.exec(stat ?? '')?.[1];
  const environ = parent === undefined ? undefined : await host.readFile(`/proc/${parent}/environ`);
  const path = environ?.split('\0').find((line) => line.startsWith('PATH='));
  return { PATH: path?.slice('PATH='.length) ?? host.env['PATH'] ?? '' };
}
