import * as z from 'zod/mini';
import type { CommandResult } from '../core/command.ts';
import { isAbsent, engineError } from './outcome.ts';
import { readJson } from './json.ts';
import type { ContainerState, ContainerStatus } from './types.ts';

/** The part of `container inspect` that Docker, Podman and nerdctl share. */
const Inspected = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    /** The image's id for Docker and Podman, its name for nerdctl, which has no Config.Image. */
    Image: z.optional(z.string()),
    Config: z.nullish(z.object({ Image: z.nullish(z.string()), Labels: z.nullish(z.record(z.string(), z.string())) })),
    State: z.object({ Status: z.string(), Error: z.nullish(z.string()), StartedAt: z.nullish(z.string()) }),
  }),
);

/** States of the containers that exist; those that do not are left out. */
export function parseContainers(result: CommandResult): readonly ContainerState[] {
  if (result.exitCode !== 0 && !isAbsent(result)) throw engineError(result, 'Looking at containers');
  // Docker and Podman print what they found, or [], before they fail for the missing; nerdctl prints nothing.
  if (result.stdout.trim() === '') return [];
  return readJson(result, Inspected).map((found) => ({
    name: found.Name.replace(/^\//, ''),
    id: found.Id,
    status: status(found.State.Status),
    image: found.Config?.Image ?? found.Image ?? '',
    labels: found.Config?.Labels ?? {},
    error: found.State.Error ?? '',
    startedAt: startedAt(found.State.StartedAt ?? ''),
  }));
}

/** Podman's `configured` and `initialized` come before the first start; `exited`, `dead`, `paused`, `restarting` … are all not running. */
function status(word: string): ContainerStatus {
  if (word === 'running') return 'running';
  return ['created', 'configured', 'initialized'].includes(word) ? 'created' : 'stopped';
}

/** Never started is year 1 for Docker and Podman, empty for nerdctl. */
function startedAt(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1970 ? '' : time.toISOString();
}
