import { RkubeError } from '../core/errors.ts';
import type { ContainerEngine } from './types.ts';

/** Words of Podman and of Docker when they have killed a container and waited 5 s, or 10, for its end: many take longer. */
const DYING = /did not die within timeout|timed out waiting for file|did not receive an exit event/i;
const TRIES = 6;

/**
 * Starts a container; started already is fine. A monitor beside the engine that starts containers too would come
 * between: it takes one that is being started for one that has ended, kills and starts it anew (containerd#13350, seen:
 * every tenth start failed with "cannot start a container that has stopped"). So it looks away meanwhile.
 * @throws RkubeError of the failed start
 */
export async function startContainer(engine: ContainerEngine, name: string): Promise<void> {
  await heed(engine, name, false);
  await engine.ask(engine.dialect.startContainer(name));
  await heed(engine, name, true);
}

/** Removes a container, running or not; absent is fine. No monitor starts it in the middle. */
export async function removeContainer(engine: ContainerEngine, name: string): Promise<void> {
  await heed(engine, name, false);
  await untilDead(() => engine.ask(engine.dialect.removeContainer(name)));
}

/** Stops a running container: killed after that many seconds. */
export async function stopContainer(engine: ContainerEngine, name: string, seconds: number): Promise<void> {
  await untilDead(() => engine.ask(engine.dialect.stopContainer(name, seconds)));
}

async function untilDead(ask: () => Promise<void>): Promise<void> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await ask();
    } catch (error) {
      const dying = error instanceof RkubeError && DYING.test([error.message, ...error.details].join('\n'));
      if (!dying || left === 0) throw error;
    }
  }
}

/** Nothing to do with engines that have no monitor; nor where there is no such container. */
async function heed({ dialect, ask }: Pick<ContainerEngine, 'dialect' | 'ask'>, name: string, on: boolean) {
  if (dialect.monitorContainer !== undefined) await ask(dialect.monitorContainer(name, on));
}
