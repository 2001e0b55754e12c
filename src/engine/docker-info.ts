import * as z from 'zod/mini';
import type { EngineKind } from '../config/types.ts';
import type { CommandResult } from '../core/command.ts';
import type { RkubeError } from '../core/errors.ts';
import { readJson } from './json.ts';
import { engineError, INFO_MS, noAnswer } from './outcome.ts';
import type { RootlessKitDrivers } from './rootlesskit.ts';
import type { EngineInfo, Inquiry } from './types.ts';

/** `info --format '{{json .}}'` of Docker and nerdctl. */
const Info = z.object({
  ServerVersion: z.optional(z.string()),
  /** Docker's client ends with 0 in some versions although no daemon answered (seen: 26.1), and tells it here. */
  ServerErrors: z.nullish(z.array(z.string())),
  SecurityOptions: z.nullish(z.array(z.string())),
  /** The daemon's machine; the kernel as `uname -r`. */
  Name: z.optional(z.string()),
  KernelVersion: z.optional(z.string()),
  Driver: z.optional(z.string()),
  DockerRootDir: z.optional(z.string()),
  Containers: z.optional(z.number()),
  CgroupVersion: z.optional(z.string()),
  CgroupDriver: z.optional(z.string()),
  MemoryLimit: z.optional(z.boolean()),
  CpuCfsQuota: z.optional(z.boolean()),
  PidsLimit: z.optional(z.boolean()),
  CPUSet: z.optional(z.boolean()),
  /** Podman's own structure: `docker` is the podman-docker wrapper. */
  host: z.optional(z.unknown()),
});
type Info = z.infer<typeof Info>;

/** Of RootlessKit's component. */
const Details = z.object({ NetworkDriver: z.optional(z.string()), PortDriver: z.optional(z.string()) });

/** `version --format '{{json .}}'`: the only place that tells of RootlessKit. */
const Version = z.object({
  Client: z.nullish(z.object({ Version: z.optional(z.string()) })),
  Server: z.nullish(
    z.object({
      Components: z.nullish(z.array(z.object({ Name: z.string(), Details: z.nullish(Details) }))),
    }),
  ),
});
type Version = z.infer<typeof Version>;

const FORMAT = ['--format', '{{json .}}'];

/** How Docker and nerdctl are asked about themselves. */
export function dockerInquiry(
  kind: EngineKind,
  versionOf: (info: Info, version: Version) => string | undefined,
): Inquiry<EngineInfo> {
  return {
    specs: [
      { file: kind, args: ['info', ...FORMAT], effect: 'read', timeoutMs: INFO_MS },
      { file: kind, args: ['version', ...FORMAT], effect: 'read', timeoutMs: INFO_MS },
    ],
    parse: ([told, detailed]) => {
      if (told === undefined || detailed === undefined) throw new TypeError('expected the results of info and version');
      const info = parseInfo(told, kind);
      // Without details everything still works, only more carefully (see needsVxlanChecksum).
      const version = detailed.exitCode === 0 ? readJson(detailed, Version) : {};
      return engineInfo(kind, info, version, (versionOf(info, version) ?? '').replace(/^v/, ''));
    },
  };
}

function parseInfo(result: CommandResult, kind: EngineKind): Info {
  if (result.exitCode !== 0) throw engineError(result, `Asking ${kind} about itself`);
  const info = readJson(result, Info);
  if (info.host !== undefined) throw imitation(kind);
  const [error] = info.ServerErrors ?? [];
  if (error !== undefined) throw noAnswer(error);
  if (!info.ServerVersion) throw noAnswer('it told no server version');
  return info;
}

function engineInfo(kind: EngineKind, info: Info, version: Version, number: string): EngineInfo {
  const rootless = (info.SecurityOptions ?? []).some((option) => option.split(',').includes('name=rootless'));
  const components = version.Server?.Components ?? [];
  if (components.some(({ Name }) => Name === 'Podman Engine')) throw imitation(kind);
  const kit = components.find(({ Name }) => Name === 'rootlesskit')?.Details;
  const engine: EngineInfo = {
    kind,
    version: number,
    rootless,
    cgroupVersion: Number(info.CgroupVersion ?? 1),
    cgroupDriver: info.CgroupDriver ?? '',
    controllers: controllers(info),
    storageDriver: info.Driver ?? '',
    storageFolder: info.DockerRootDir ?? '',
    containers: info.Containers,
    machine: { name: info.Name ?? '', kernel: info.KernelVersion ?? '' },
    client: false,
    networkDriver: '',
    networkVersion: '',
    portDriver: '',
    features: {
      // Containers sit on a bridge behind RootlessKit's network, whatever its driver.
      hostAddressInNode: false,
      startsAtBoot: 'daemon',
      // Seen with Docker 26.1: `start` ends after 16 s with "Timed out proxy starting the userland proxy".
      portOnSeveralAddresses: !rootless,
      portsOnEveryAddress: false,
      needsVxlanChecksum: false,
    },
  };
  return withDrivers(engine, { networkDriver: kit?.NetworkDriver ?? '', portDriver: kit?.PortDriver ?? '' });
}

/** The engine with what RootlessKit told of its drivers. */
export function withDrivers(engine: EngineInfo, drivers: RootlessKitDrivers): EngineInfo {
  // Neither engine nor RootlessKit told the network: most likely slirp4netns, the default where it is installed.
  // Without the checksum VXLAN fails there; with it VXLAN is only slower elsewhere.
  const needsVxlanChecksum = engine.rootless && ['slirp4netns', ''].includes(drivers.networkDriver);
  // RootlessKit calls it implicit when pasta opens the ports by itself, and then tells of no port driver.
  const portDriver = drivers.portDriver || (drivers.networkDriver === 'pasta' ? 'implicit' : '');
  const portsOnEveryAddress = portDriver === 'implicit';
  const features = { ...engine.features, portsOnEveryAddress, needsVxlanChecksum };
  return { ...engine, ...drivers, portDriver, features };
}

const imitation = (kind: EngineKind): RkubeError =>
  noAnswer(`\`${kind}\` is Podman's imitation of it`, 'Use --engine podman.');

/** These engines tell which limits they can set; each needs its controller. */
function controllers(info: Info): readonly string[] {
  const told: readonly (readonly [string, boolean | undefined])[] = [
    ['cpu', info.CpuCfsQuota],
    ['cpuset', info.CPUSet],
    ['memory', info.MemoryLimit],
    ['pids', info.PidsLimit],
  ];
  return told.filter(([, has]) => has === true).map(([name]) => name);
}
