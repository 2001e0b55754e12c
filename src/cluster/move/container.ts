import type { Role } from '../../config/types.ts';
import { rkubeVersion } from '../../core/package.ts';
import type { ContainerState } from '../../engine/types.ts';
import { createNode } from '../../node/lifecycle.ts';
import { LABEL } from '../../node/names.ts';
import { containerSpec } from '../../node/spec.ts';
import type { Site } from '../site.ts';
import { devices } from '../up.ts';

/** Seconds for pods to end: nobody reaches them at the old address any more. */
const STOP_SECONDS = 10;

/** The role a node's container was made for, which decides the ports that it publishes. */
export const roleOf = ({ labels }: ContainerState): Role =>
  labels[LABEL.role] === 'worker' ? 'worker' : 'control-plane';

/** The node's container, or where an interrupted move has left none, what keeps its settings. */
export async function findContainer({ engine, node, names }: Site): Promise<ContainerState | undefined> {
  return (await node.state()) ?? engine.ask(engine.dialect.inspectContainer(names.keeper));
}

/**
 * Makes the node's container anew from its volumes, with what `site` says now: an engine cannot change what a container
 * publishes. At every moment there is a container that has the node's settings as labels.
 */
export async function replaceContainer(site: Site, found: ContainerState): Promise<void> {
  const { engine, config, names } = site;
  const { dialect } = engine;
  const spec = containerSpec(config, roleOf(found), found.image, engine.info, await devices(site), rkubeVersion());
  const keeper = { ...spec, name: names.keeper, ports: [] };
  if (found.name !== names.keeper) {
    await engine.ask(dialect.stopContainer(names.container, STOP_SECONDS));
    await engine.ask(dialect.removeContainer(names.keeper));
    await engine.ask(dialect.createContainer(keeper));
    await engine.ask(dialect.removeContainer(names.container));
  }
  const volumes = await engine.ask(dialect.listVolumes(LABEL.cluster));
  await createNode(engine, spec, volumes, () => {});
  await forgetKeeper(site);
}

/** Removes what kept the node's settings, when the node's container has them again. */
export async function forgetKeeper({ engine, names }: Site): Promise<void> {
  await engine.ask(engine.dialect.removeContainer(names.keeper));
}
