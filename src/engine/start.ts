import type { ContainerEngine } from './types.ts';

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
  await engine.ask(engine.dialect.removeContainer(name));
}

/** Nothing to do with engines that have no monitor; nor where there is no such container. */
async function heed({ dialect, ask }: Pick<ContainerEngine, 'dialect' | 'ask'>, name: string, on: boolean) {
  if (dialect.monitorContainer !== undefined) await ask(dialect.monitorContainer(name, on));
}
