import type { EngineKind, PublishedPort } from '../config/types.ts';
import type { CommandResult, CommandRunner, CommandSpec, Query, RunOptions } from '../core/command.ts';
import type { Elsewhere, Place } from './place.ts';

/** What an engine does, so that callers never ask for its name. */
export interface EngineFeatures {
  /** The node's interface can hold the host's own address (Podman's pasta): no translation in the node. */
  readonly hostAddressInNode: boolean;
  /** Who starts the node again after a boot: the engine's daemon, or a systemd user unit that rkube writes. */
  readonly startsAtBoot: 'daemon' | 'user-unit';
  /** One port can be published on several host addresses; RootlessKit maps them all to one address of its own. */
  readonly portOnSeveralAddresses: boolean;
  /** A port is open on every address of the host or on none: RootlessKit's implicit ports, seen with Docker on pasta. */
  readonly portsOnEveryAddress: boolean;
  /** The user-mode network drops VXLAN whose inner checksum is left to hardware (slirp4netns). */
  readonly needsVxlanChecksum: boolean;
}

/** What the engine says of itself, parsed at the edge. */
export interface EngineInfo {
  readonly kind: EngineKind;
  readonly version: string;
  readonly rootless: boolean;
  /** cgroup version the engine uses, 1 or 2. */
  readonly cgroupVersion: number;
  /** Who makes its containers' cgroups: `systemd`, `cgroupfs`, `none`; '' when not told. */
  readonly cgroupDriver: string;
  /** Controllers containers can get; undefined when the engine does not tell. */
  readonly controllers: readonly string[] | undefined;
  readonly storageDriver: string;
  /** Folder of its images, containers and volumes; '' when not told. */
  readonly storageFolder: string;
  /** Containers it held when it was asked, running or not; undefined when not told (nerdctl). */
  readonly containers: number | undefined;
  /** `pasta`, `slirp4netns`, `gvisor-tap-vsock` …; '' when not told. */
  readonly networkDriver: string;
  /** Version or package of the program that carries the network, in the engine's words; '' when not told. */
  readonly networkVersion: string;
  /** `builtin`, `slirp4netns`, `pasta`, `rootlessport` …; '' when there is none, or it is not told. */
  readonly portDriver: string;
  /** The machine the engine runs on; '' what it does not tell. */
  readonly machine: { readonly name: string; readonly kernel: string };
  /** The program only speaks to a service, which may be anywhere (Podman's remote client). */
  readonly client: boolean;
  /** Address of its API socket, where the engine tells it among its facts; '' when that is of another host. */
  readonly socket?: string;
  readonly features: EngineFeatures;
}

/** What detection must know of an engine beside its commands. */
export interface EngineSetup {
  /** A setting of the user that leads away from this host; undefined when there is none. */
  elsewhere(place: Place): Promise<Elsewhere | undefined>;
  /** Asks where a service is that only the engine itself knows of; '' when it does not say. */
  readonly service?: Query<string>;
  /** File that is there while its rootless daemon runs; '' when that can not be told. Absent for engines without one. */
  readonly daemonFile?: (place: Place) => Promise<string>;
  /** Folder of RootlessKit's API socket, below the user's runtime folder; '' for an engine without RootlessKit. */
  readonly rootlessKit: string;
  /** What people do next: to get a rootless engine, one on this host, one that answers again. */
  readonly advice: { readonly rootless: string; readonly here: string; readonly hung: string };
}

export interface Mount {
  /** Volume name or host path. */
  readonly source: string;
  readonly target: string;
  readonly kind: 'volume' | 'bind';
  readonly options: readonly string[];
}

/** Everything an engine is told when it creates a node container. Pure data: golden files hold it. */
export interface ContainerSpec {
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  /** Engine network to attach to, or `pasta[:options]` where features.hostAddressInNode. */
  readonly network: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly tmpfs: readonly string[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly string[];
  readonly ports: readonly PublishedPort[];
}

export type ContainerStatus = 'created' | 'running' | 'stopped';

export interface ContainerState {
  readonly name: string;
  /** Engine's container id. */
  readonly id: string;
  readonly status: ContainerStatus;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Engine's own words when it could not start, e.g. a port conflict. */
  readonly error: string;
  /** ISO 8601; '' when never started. */
  readonly startedAt: string;
  /** Of its first process, as the host counts; 0 when it does not run. */
  readonly pid: number;
}

export interface VolumeState {
  readonly labels: Readonly<Record<string, string>>;
  /** Its folder on the engine's host. */
  readonly folder: string;
}

export interface ExecOptions {
  readonly stdin?: string | Uint8Array;
  readonly effect: 'read' | 'write';
  readonly timeoutMs?: number;
  readonly secrets?: readonly string[];
  readonly dry?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `-i`: pass standard input on; `tty`: `-it`. */
  readonly terminal?: 'none' | 'stdin' | 'tty';
}

/** Several commands, run side by side, whose results together make one value. */
export interface Inquiry<T> {
  readonly specs: readonly CommandSpec[];
  /** Results in the order of `specs`. @throws RkubeError when they tell nothing */
  readonly parse: (results: readonly CommandResult[]) => T;
}

/** Engine verbs as commands with parsers: pure, no engine needed to test them. */
export interface Dialect {
  readonly kind: EngineKind;
  readonly setup: EngineSetup;
  info(): Inquiry<EngineInfo>;
  hasImage(ref: string): Query<boolean>;
  pullImage(ref: string): Query<void>;
  /** Loads an image archive; returns the reference of the (last) image in it. */
  loadImage(archive: string): Query<string>;
  createContainer(spec: ContainerSpec): Query<void>;
  startContainer(name: string): Query<void>;
  /** Lets systemd in the container shut down; kills after `seconds`. Stopped already is fine. */
  stopContainer(name: string, seconds: number): Query<void>;
  /**
   * Whether the monitor that starts containers beside the engine heeds this one; absent is fine. Engines without such a
   * monitor have no such verb.
   */
  readonly monitorContainer?: (name: string, on: boolean) => Query<void>;
  /** Removes the container, running or not; absent is fine. */
  removeContainer(name: string): Query<void>;
  inspectContainer(name: string): Query<ContainerState | undefined>;
  /** Names of all containers with this label (`key` or `key=value`), running or not. */
  listContainers(label: string): Query<readonly string[]>;
  /** Creates the network unless it exists. */
  ensureNetwork(name: string, labels: Readonly<Record<string, string>>): Query<void>;
  /** IPv4 ranges of the network. */
  networkSubnets(name: string): Query<readonly string[]>;
  /** Absent is fine; a network that containers use is an error. */
  removeNetwork(name: string): Query<void>;
  /** Names of all volumes and networks, or of those with this label. */
  listVolumes(label?: string): Query<readonly string[]>;
  listNetworks(label?: string): Query<readonly string[]>;
  inspectVolume(name: string): Query<VolumeState | undefined>;
  /** Creates the volume unless it exists. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Query<void>;
  /** Absent is fine; a volume that a container uses is an error. */
  removeVolume(name: string): Query<void>;
  /** A command inside the running container. */
  exec(name: string, argv: readonly string[], options: ExecOptions): CommandSpec;
  logs(name: string, follow: boolean): CommandSpec;
  /** Prints the container's events as JSON lines, those since then and all that come. */
  events(name: string, since: Date): CommandSpec;
  /** Finds the address of the API socket; absent for engines that tell it among their facts, or have none. */
  readonly findSocket?: (place: Place) => Promise<string>;
}

/** A detected, answering engine: its dialect, what it told of itself, and a runner. */
export interface ContainerEngine {
  readonly dialect: Dialect;
  readonly info: EngineInfo;
  readonly runner: CommandRunner;
  /** Runs a query and parses its output; `options.onLine` follows it. @throws RkubeError of the failed command */
  ask<T>(query: Query<T>, options?: RunOptions): Promise<T>;
}
