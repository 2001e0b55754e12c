import type { PublishedPort } from '../config/types.ts';
import type { ContainerSpec, Mount } from './types.ts';

/** Where engines differ in `create`. */
export interface CreateDifferences {
  /** Flags only this engine needs or knows, each with its reason at the definition. */
  readonly createFlags: readonly string[];
  /** Volume options this engine does not know, and does not need. */
  readonly unknownVolumeOptions: readonly string[];
}

/** Flags every node container gets on every engine. */
const COMMON = [
  // systemd, containerd and the kubelet mount, load cgroups and set sysctls. Privileged within the user's own
  // user namespace only: no power over the host.
  '--privileged',
  // systemd is PID 1; an engine configured to put its own init there would break it.
  '--init=false',
  // rkube pulls in a step of its own that shows progress; create must not do it silently.
  '--pull=never',
  // The signal that makes systemd shut down; an image need not declare it.
  '--stop-signal=SIGRTMIN+3',
  // systemd in the node sees its own cgroup as the root of the tree.
  '--cgroupns=private',
  // Podman's default is 2048 processes for the whole node (kind#3451). Not 0: runc 1.4 takes that for a limit.
  '--pids-limit=-1',
];

/** Arguments of `create` for a node container. */
export function createArguments(spec: ContainerSpec, differences: CreateDifferences): readonly string[] {
  return [
    'create',
    ...['--name', spec.name, '--hostname', spec.hostname, '--network', spec.network],
    ...COMMON,
    ...differences.createFlags,
    ...spec.tmpfs.flatMap((path) => ['--tmpfs', path]),
    ...spec.mounts.flatMap((mount) => ['--volume', volume(mount, differences.unknownVolumeOptions)]),
    ...spec.devices.flatMap((device) => ['--device', device]),
    ...pairs('--env', spec.env),
    ...pairs('--label', spec.labels),
    ...spec.ports.flatMap((port) => ['--publish', publish(port)]),
    spec.image,
  ];
}

/** `--flag key=value` for each entry. */
export function pairs(flag: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}

function volume(mount: Mount, unknown: readonly string[]): string {
  const options = mount.options.filter((option) => mount.kind === 'bind' || !unknown.includes(option));
  return [mount.source, mount.target, ...(options.length === 0 ? [] : [options.join(',')])].join(':');
}

function publish(port: PublishedPort): string {
  return `${port.address}:${port.hostPort}:${port.nodePort}/${port.protocol}`;
}
