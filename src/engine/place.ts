import { release } from 'node:os';
import type { Host } from '../host/types.ts';
import type { EngineInfo } from './types.ts';

/** What detection reads of the host it runs on. */
export type Place = Pick<Host, 'runner' | 'env' | 'home' | 'hostname' | 'uid' | 'readFile'> & {
  /** Kernel release, as `uname -r`; that of this machine unless given. */
  readonly kernel?: string;
};

/** An engine that is not on this host: where it is, and what says so. */
export interface Elsewhere {
  /** `ssh://user@host`, or the name of a machine. */
  readonly at: string;
  /** `DOCKER_HOST`, `the Docker context far`. */
  readonly from: string;
}

/**
 * Engines tell name and kernel of the machine they run on. When both are another's, the socket leads into a virtual
 * machine (Docker Desktop, podman machine, Lima) or through a tunnel. One alone may differ on one machine too: a host
 * that was renamed, a container with the host's socket in it.
 */
export function onOtherMachine({ machine, kind }: EngineInfo, place: Place): Elsewhere | undefined {
  const kernel = place.kernel ?? release();
  if (machine.name === '' || machine.kernel === '') return undefined;
  if (machine.name === place.hostname || machine.kernel === kernel) return undefined;
  return {
    at: `${machine.name} with Linux ${machine.kernel}`,
    from: `${kind} itself (this is ${place.hostname} with Linux ${kernel})`,
  };
}
