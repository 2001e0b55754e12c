import type { Role } from '../../config/types.ts';
import { rkubeVersion } from '../../core/package.ts';
import { removeContainer, stopContainer } from '../../engine/start.ts';
import type { ContainerState } from '../../engine/types.ts';
import { createNode } from '../../node/lifecycle.ts';
import { LABEL } from '../../node/names.ts';
import { readNotes } from '../../node/notes.ts';
import { containerSpec } from '../../node/spec.ts';
import { type Made, type NodeState, readState } from '../../node/state.ts';
import type { Site } from '../site.ts';
import { devices } from '../up.ts';

/** Seconds for pods to end: nobody reaches them at the old address any more. */
const STOP_SECONDS = 10;

/** A node as this host has it. */
export interface Found {
  /** undefined where a crash came between removing and making it; then its volume tells the rest. */
  readonly container: ContainerState | undefined;
  /** undefined on a node that was never prepared. */
  readonly state: NodeState | undefined;
  /** What its container was, or is to be, made with. */
  readonly made: Made;
}

/** undefined when there is no node. */
export async function findNode({ engine, host, node, names }: Site): Promise<Found | undefined> {
  const container = await node.state();
  const state =
    container?.status === 'running' ? await readState(node) : (await readNotes(host, engine, names.volumes.var))?.state;
  const made = container === undefined ? state?.made : madeWith(container);
  return made === undefined ? undefined : { container, state, made };
}

/** The role decides the ports that a container publishes. */
const madeWith = ({ labels }: ContainerState): Made => ({
  role: labels[LABEL.role] === 'worker' ? 'worker' : 'control-plane',
  settings: JSON.parse(labels[LABEL.config] ?? '{}') as Made['settings'],
});

/**
 * Makes the node's container anew from its volumes, with what `site` says now: an engine cannot change what a container
 * publishes. Between the two the node's volume has what the new one is made with.
 */
export async function replaceContainer(site: Site, { container }: Found, role: Role, image: string): Promise<void> {
  const { engine, config, names } = site;
  const { dialect } = engine;
  const spec = containerSpec(config, role, image, engine.info, await devices(site), rkubeVersion());
  if (container !== undefined) {
    await stopContainer(engine, names.container, STOP_SECONDS);
    await removeContainer(engine, names.container);
  }
  await createNode(engine, spec, await engine.ask(dialect.listVolumes(LABEL.cluster)), () => {});
}
