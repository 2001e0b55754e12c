import * as z from 'zod/mini';
import type { CommandResult } from '../core/command.ts';
import { readJson } from './json.ts';
import { engineError } from './outcome.ts';
import type { EngineInfo } from './types.ts';

/** `podman info --format json`, Podman 4 to 6. */
const Info = z.object({
  host: z.object({
    hostname: z.optional(z.string()),
    /** As `uname -r`. */
    kernel: z.optional(z.string()),
    serviceIsRemote: z.optional(z.boolean()),
    cgroupVersion: z.optional(z.string()),
    cgroupManager: z.optional(z.string()),
    cgroupControllers: z.nullish(z.array(z.string())),
    security: z.object({ rootless: z.boolean() }),
    /** Since 5.1 (podman#22177). */
    rootlessNetworkCmd: z.optional(z.string()),
    /** Its `exists` is about the file: systemd makes it, listens there or not (seen: 5.4). */
    remoteSocket: z.optional(z.object({ path: z.optional(z.string()) })),
    /** Since 4.6; empty when pasta is not installed. */
    pasta: z.optional(z.object({ executable: z.optional(z.string()), package: z.optional(z.string()) })),
  }),
  store: z.object({
    graphDriverName: z.string(),
    graphRoot: z.optional(z.string()),
    containerStore: z.optional(z.object({ number: z.optional(z.number()) })),
    /** `overlay.mount_program` is there when fuse-overlayfs mounts in place of the kernel. */
    graphOptions: z.nullish(z.record(z.string(), z.unknown())),
  }),
  version: z.object({ Version: z.string() }),
});

/** @throws RkubeError of the failed command, or `unexpected-output` */
export function parsePodmanInfo(result: CommandResult): EngineInfo {
  if (result.exitCode !== 0) throw engineError(result, 'Asking podman about itself');
  const { host, store, version } = readJson(result, Info);
  const { rootless } = host.security;
  const major = Number.parseInt(version.Version, 10);
  // Podman 5 made pasta the default of rootless containers, and Podman 6 has nothing else.
  const network = rootless ? host.rootlessNetworkCmd || (major >= 5 ? 'pasta' : 'slirp4netns') : '';
  // Podman 4 knows pasta but was not tried; a user who set slirp4netns in containers.conf had a reason (AppArmor
  // forbids pasta on some hosts).
  const pasta = network === 'pasta' && Boolean(host.pasta?.executable);
  return {
    kind: 'podman',
    version: version.Version,
    rootless,
    cgroupVersion: host.cgroupVersion === 'v2' ? 2 : 1,
    cgroupDriver: host.cgroupManager ?? '',
    controllers: host.cgroupControllers ?? undefined,
    storageDriver: store.graphOptions?.['overlay.mount_program'] ? 'fuse-overlayfs' : store.graphDriverName,
    storageFolder: store.graphRoot ?? '',
    containers: store.containerStore?.number,
    networkDriver: network,
    networkVersion: (network === 'pasta' && host.pasta?.package) || '',
    socket: host.serviceIsRemote === true ? '' : (host.remoteSocket?.path ?? ''),
    portDriver: pasta ? 'pasta' : rootless ? 'rootlessport' : '',
    machine: { name: host.hostname ?? '', kernel: host.kernel ?? '' },
    client: host.serviceIsRemote ?? false,
    features: {
      hostAddressInNode: pasta,
      startsAtBoot: 'user-unit',
      portOnSeveralAddresses: true,
      portsOnEveryAddress: false,
      needsVxlanChecksum: network === 'slirp4netns',
    },
  };
}
