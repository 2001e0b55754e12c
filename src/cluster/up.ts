import { rawConfig } from '../config/raw.ts';
import type { Role } from '../config/types.ts';
import { rangeProblems } from '../config/validate.ts';
import { RkubeError, usageError } from '../core/errors.ts';
import { rkubeVersion } from '../core/package.ts';
import { report } from '../core/reporter.ts';
import type { ContainerState } from '../engine/types.ts';
import { explainFailure } from '../explain/diagnose.ts';
import { defaultHostAddress } from '../host/address.ts';
import { findImage, pullNodeImage } from '../node/image.ts';
import { createNode, removeContainer, removeNode, startNode, startsAtBoot, waitBooted } from '../node/lifecycle.ts';
import { LABEL } from '../node/names.ts';
import { readNotes } from '../node/notes.ts';
import { rejectOthersThings } from '../node/ours.ts';
import { containerSpec, type HostDevices, OPTIONAL_DEVICES, publishedPorts } from '../node/spec.ts';
import { movedFrom, type NodeState, readState, writeState } from '../node/state.ts';
import { checkHost } from './check-host.ts';
import { lockNode, type Site } from './site.ts';
import { type Steps } from './steps.ts';

export interface UpOptions {
  readonly role: Role;
  /** Preflight checks whose problems are accepted, by id. */
  readonly ignore: readonly string[];
}

/** `rkube up`: a node container that runs and is prepared. Changes nothing when it is so already. */
export async function up(site: Site, steps: Steps, options: Partial<UpOptions>): Promise<NodeState> {
  // A node that is here keeps its role, and so does one whose container is gone; nobody has to repeat it.
  const { state } = await bringUp(site, steps, { ignore: [], role: await madeAs(site), ...options });
  await prepare(site, steps, state);
  steps.commit();
  return state;
}

async function madeAs({ node, host, engine, names }: Site): Promise<Role> {
  const container = await node.state();
  if (container !== undefined) return container.labels[LABEL.role] === 'worker' ? 'worker' : 'control-plane';
  return (await readNotes(host, engine, names.volumes.var))?.state.made?.role ?? 'control-plane';
}

/**
 * Brings the node container up, without preparing it: callers that know more (init, join) prepare it once,
 * with what they know. Registers its own undo.
 */
export async function bringUp(
  site: Site,
  steps: Steps,
  options: UpOptions,
): Promise<{ state: NodeState; created: boolean }> {
  const { run, host, engine, node, names, config } = site;
  await lockNode(site);
  const found = await node.state();
  const severed = found !== undefined && found.status !== 'running' && (await lostNetwork(site, found));
  if (severed) {
    const title = `Remove node container ${node.name}: its network is gone, its state stays`;
    await steps.step(title, () => removeContainer(run, host, node, names));
  }
  const before = severed ? undefined : found;
  if (before?.status === 'running') {
    steps.skip(`Node container ${node.name} runs already`);
  } else {
    await steps.step('Check this host', () =>
      checkHost(site, publishedPorts(config, options.role, engine.info.features), options.ignore),
    );
  }
  if (before === undefined) {
    const image = await nodeImage(site, steps);
    const volumes = await engine.ask(engine.dialect.listVolumes(LABEL.cluster));
    const spec = containerSpec(config, options.role, image, engine.info, await devices(site), rkubeVersion());
    await rejectOthersThings(engine, spec, volumes);
    // A node whose container was removed behind our back still has its state: never taken back.
    const hadState = volumes.includes(names.volumes.var);
    steps.undo('Remove the node container', () => (hadState ? removeContainer : removeNode)(run, host, node, names));
    await steps.step(`Create node container ${node.name} from ${image}`, () =>
      createNode(engine, spec, volumes, (subnets) => rejectRanges(rangeProblems(config, subnets))),
    );
  } else {
    rejectOtherRole(site, before.labels[LABEL.role], options.role);
  }
  steps.explain((error) => explainFailure(node, error));
  // Who made the container by other means than rkube's, such as compose, gets it started at boot from now on.
  if (before?.status !== 'running' || !(await startsAtBoot(host, node, names))) {
    await steps.step('Start node container', () => startNode(run, host, node, names));
  }
  await steps.step('Wait until the node has booted', () => waitBooted(run, node));
  const made = before?.labels[LABEL.role] === 'control-plane' ? 'control-plane' : options.role;
  const state = await currentState(site, options.role, made);
  if (state.movedFrom !== undefined) {
    const move = `The move of node ${config.node} from ${state.movedFrom} to ${state.address}`;
    report(run.reporter, 'warn', `${move} is not complete: \`rkube sync\` completes it`);
  }
  return { state, created: before === undefined };
}

/** A container on an engine network that is not there any more never starts again. */
async function lostNetwork({ engine, names }: Site, { error }: ContainerState): Promise<boolean> {
  if (engine.info.features.hostAddressInNode) return false;
  // One of the same name was made since: Docker knows networks by their id, as the last try to start it told.
  if (/network \S+ not found/i.test(error)) return true;
  return !(await engine.ask(engine.dialect.listNetworks(LABEL.cluster))).includes(names.network);
}

/** The image in the engine's store, pulled first where it was not there. */
export async function nodeImage({ run, host, engine, config }: Site, steps: Steps): Promise<string> {
  const { ref, pull } = await steps.step('Find the node image', () => findImage(engine, config));
  // The digest says nothing to a reader.
  const step = `Pull ${ref.split('@')[0]}`;
  if (pull) await steps.step(step, () => pullNodeImage(run, host, engine, config, { ref, step }));
  return ref;
}

/** Puts rkube's files and the state into the running node. */
export async function prepare(site: Site, steps: Steps, state: NodeState): Promise<void> {
  await steps.step('Prepare the node', () => writeState(site.node, state));
}

/** The state on the node's volume, with what this run knows better. */
export async function currentState(site: Site, role: Role, made: Role): Promise<NodeState> {
  const { config, engine } = site;
  const known = await readState(site.node);
  const from = movedFrom(known, config.address);
  const listen = config.listen || (known?.listen ?? '');
  return {
    ...(from === undefined ? {} : { movedFrom: from }),
    phase: known?.phase ?? 'empty',
    endpoint: known?.endpoint ?? '',
    controlPlanes: known?.controlPlanes ?? [],
    kubernetesVersion: known?.kubernetesVersion ?? '',
    role: known?.phase === 'member' ? known.role : role,
    address: config.address,
    flannelPort: config.ports.flannel,
    softwareVxlanChecksum: engine.info.features.needsVxlanChecksum,
    mtu: known?.mtu ?? 0,
    ...(known?.pathMtu === undefined ? {} : { pathMtu: known.pathMtu }),
    made: { role: made, settings: rawConfig(config) },
    // The node's own address, by name: it is to follow when the host moves.
    listen: listen === config.address || listen === from ? '' : listen,
  };
}

function rejectOtherRole(site: Site, has: string | undefined, wanted: Role): void {
  // A control plane's container serves a worker too; a worker's lacks the published ports.
  if (has !== 'worker' || wanted === 'worker') return;
  throw new RkubeError({
    id: 'node-is-worker',
    message: `Node ${site.config.node} was brought up as a worker: its container does not publish the ports of a control plane`,
    next: 'Remove it with `rkube delete` and bring it up again.',
  });
}

function rejectRanges(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw usageError({
    id: 'ranges-overlap',
    message: "The engine's network and the cluster's ranges overlap",
    details: problems,
    next: 'Choose other ranges: --pod-subnet, --service-subnet.',
  });
}

/** What the host has to give to a node container. */
export async function devices(site: Site): Promise<HostDevices> {
  const { host, config } = site;
  const present = await Promise.all(OPTIONAL_DEVICES.map(async (path) => ((await host.stat(path)) ? [path] : [])));
  const choice = defaultHostAddress(await host.addresses());
  return {
    devices: present.flat(),
    modules: (await host.stat('/lib/modules')) !== undefined,
    addressIsDefault: 'address' in choice && choice.address === config.address,
  };
}
