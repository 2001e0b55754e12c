import type { Lifetime } from '../core/lifetime.ts';
import { done, notYet, waitFor } from '../core/wait.ts';
import type { ContainerEngine } from './types.ts';

/** containerd's restart monitor looks every 10 s; a start takes it some seconds more on a slow host. */
const MONITOR_MS = 30_000;

/**
 * Starts a container; started already is fine. Where a monitor starts containers too, it may come between: then the
 * engine's own start fails ("cannot start a container that has stopped"), and the container runs all the same soon.
 * @throws RkubeError of the failed start
 */
export async function startContainer(engine: ContainerEngine, name: string, lifetime: Lifetime): Promise<void> {
  try {
    await engine.ask(engine.dialect.startContainer(name));
  } catch (error) {
    if (!engine.info.features.monitorStarts || lifetime.interrupted) throw error;
    const probe = async () => {
      const state = await engine.ask(engine.dialect.inspectContainer(name));
      // Gone, or never there: nothing will start it.
      if (state === undefined) throw error;
      return state.status === 'running' ? done(undefined) : notYet(state.status);
    };
    await waitFor({ describe: `container ${name}`, deadlineMs: MONITOR_MS, probe }, lifetime).catch(() => {
      throw error;
    });
  }
}
