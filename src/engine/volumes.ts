import * as z from 'zod/mini';
import type { CommandResult } from '../core/command.ts';
import { readJson } from './json.ts';
import { engineError, isAbsent } from './outcome.ts';
import type { VolumeState } from './types.ts';

/** `volume inspect`, the same for Docker, Podman and nerdctl. */
const Volumes = z.array(z.object({ Mountpoint: z.string(), Labels: z.nullish(z.record(z.string(), z.string())) }));

/** undefined when there is no such volume. */
export function parseVolume(result: CommandResult): VolumeState | undefined {
  if (isAbsent(result)) return undefined;
  if (result.exitCode !== 0) throw engineError(result, "Looking at the node's volume");
  const [found] = readJson(result, Volumes);
  return found && { labels: found.Labels ?? {}, folder: found.Mountpoint };
}
