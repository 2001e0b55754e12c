import type { CommandRunner, CommandSpec } from '../../../src/core/command.ts';
import type { FileFacts, Host, HostAddress } from '../../../src/host/types.ts';
import type { Check, CheckInput, Finding } from '../../../src/preflight/types.ts';
import { PODMAN_FEATURES } from '../engine/support.ts';

/** A host as plain data. Everything left out is absent, and every command not named does not exist. */
export interface FakeHost {
  readonly files?: Readonly<Record<string, string>>;
  /** Modes of files that matter beside their content; `files` exist with mode 0644 of root. */
  readonly stats?: Readonly<Record<string, FileFacts>>;
  /** Command line → standard output. */
  readonly commands?: Readonly<Record<string, string>>;
  /** `10.0.0.5:6443/tcp` → error code. */
  readonly listen?: Readonly<Record<string, string>>;
  /** `6443/tcp` → who listens there. */
  readonly holders?: Readonly<Record<string, string>>;
  readonly addresses?: readonly HostAddress[];
  /** Bytes. */
  readonly free?: number;
  readonly freeFiles?: number;
  readonly uid?: number;
  readonly user?: string;
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export const eth0: HostAddress = { interface: 'eth0', address: '10.0.0.5', prefix: 24, defaultRoute: true };

export function fakeHost(fake: FakeHost = {}): Host {
  const { files = {}, stats = {}, listen = {} } = fake;
  return {
    runner: fakeRunner(fake.commands ?? {}),
    env: { PATH: fake.path ?? '/usr/bin', ...fake.env },
    uid: fake.uid ?? 1001,
    user: fake.user ?? 'alice',
    hostname: 'host1',
    home: '/home/alice',
    readFile: async (path) => files[path],
    stat: async (path) => stats[path] ?? (path in files ? { mode: 0o100644, uid: 0 } : undefined),
    list: async (folder) => [
      ...new Set(
        Object.keys(files)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
    realPath: async (path) => path,
    room: async () => (fake.free === undefined ? undefined : { bytes: fake.free, files: fake.freeFiles ?? Infinity }),
    tryListen: async (address, port, protocol) => listen[`${address}:${port}/${protocol}`] ?? '',
    holder: async (protocol, port) => fake.holders?.[`${port}/${protocol}`] ?? 'somebody',
    addresses: async () => fake.addresses ?? [eth0],
  };
}

function fakeRunner(commands: Readonly<Record<string, string>>): CommandRunner {
  return {
    run: async (spec: CommandSpec) => {
      const stdout = commands[[spec.file, ...spec.args].join(' ')];
      const notFound = stdout === undefined;
      const exitCode = notFound ? null : 0;
      return {
        spec,
        exitCode,
        stdout: stdout ?? '',
        stderr: '',
        timedOut: false,
        canceled: false,
        notFound,
        durationMs: 1,
      };
    },
    attach: async () => 0,
  };
}

const config: CheckInput['config'] = {
  cluster: 'demo',
  node: 'host1',
  engine: 'auto',
  allowRootful: false,
  image: '',
  kubernetesVersion: 'v1.36.3',
  address: '10.0.0.5',
  ports: { apiserver: 6443, kubelet: 10250, flannel: 8472, etcd: 2379 },
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/12',
  listen: '',
  mtu: 0,
  publish: [],
  kubeadm: {},
  sources: { address: '--address' },
};

export const podman: NonNullable<CheckInput['engine']> = {
  kind: 'podman',
  version: '5.4.2',
  rootless: true,
  cgroupVersion: 2,
  cgroupDriver: 'systemd',
  controllers: undefined,
  storageDriver: 'overlay',
  storageFolder: '/home/alice/.local/share/containers/storage',
  containers: 0,
  networkDriver: 'pasta',
  networkVersion: '',
  portDriver: '',
  machine: { name: 'host1', kernel: '6.12.0' },
  client: false,
  features: PODMAN_FEATURES,
};

type Changes = Partial<Omit<CheckInput, 'config' | 'host'>> & { config?: Partial<CheckInput['config']> };

export function checkInput(host: FakeHost = {}, changes: Changes = {}): CheckInput {
  const rest = { engine: podman, engineProblem: '', engineNext: '', nodeRuns: false, ports: [], ...changes };
  return { ...rest, host: fakeHost(host), config: { ...config, ...changes.config } };
}

export function probe(check: Check, host: FakeHost = {}, changes: Changes = {}): Promise<Finding> {
  return check.probe(checkInput(host, changes));
}

/** One line that a test can match: `problem: evidence → fix`. */
export function line(finding: Finding): string {
  return `${finding.state}: ${finding.evidence}${finding.state === 'problem' ? ` → ${finding.fix}` : ''}`;
}
