import * as z from 'zod/mini';
import type { CommandResult } from '../core/command.ts';
import { readJson } from './json.ts';
import { engineError, isAbsent } from './outcome.ts';
import type { ContainerState, ContainerStatus } from './types.ts';

/** The part of `container inspect` that Docker, Podman and nerdctl share. */
const Inspected = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    /** The image's id for Docker and Podman, its name for nerdctl, which has no Config.Image. */
    Image: z.optional(z.string()),
    Config: z.nullish(z.object({ Image: z.nullish(z.string()), Labels: z.nullish(z.record(z.string(), z.string())) })),
    State: z.object({
      Status: z.string(),
      Error: z.nullish(z.string()),
      StartedAt: z.nullish(z.string()),
      Pid: z.nullish(z.number()),
    }),
  }),
);

/** undefined when there is no such container. */
export function parseContainer(result: CommandResult): ContainerState | undefined {
  if (isAbsent(result)) return undefined;
  if (result.exitCode !== 0) throw engineError(result, 'Looking at the node container');
  const [found] = readJson(result, Inspected);
  return found === undefined
    ? undefined
    : {
        name: found.Name.replace(/^\//, ''),
        id: found.Id,
        status: status(found.State.Status),
        image: found.Config?.Image ?? found.Image ?? '',
        labels: found.Config?.Labels ?? {},
        error: found.State.Error ?? '',
        startedAt: startedAt(found.State.StartedAt ?? ''),
        // nerdctl still tells it of a container that has stopped.
        pid: status(found.State.Status) === 'running' ? (found.State.Pid ?? 0) : 0,
      };
}

/** nerdctl tells nothing before the first start. Podman's `configured` and `initialized` come before the first start; `exited`, `dead`, `paused`, `restarting` … are all not running. */
function status(word: string): ContainerStatus {
  if (word === 'running') return 'running';
  return ['', 'created', 'configured', 'initialized'].includes(word) ? 'created' : 'stopped';
}

/** Never started is year 1 for Docker and Podman, empty for nerdctl. */
function startedAt(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1970 ? '' : time.toISOString();
}
