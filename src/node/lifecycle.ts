import { RkubeError } from '../core/errors.ts';
import { awaitCondition, type Run } from '../core/run.ts';
import { done, notYet } from '../core/wait.ts';
import { removeContainer as removeByEngine, startContainer, stopContainer } from '../engine/start.ts';
import type { ContainerEngine, ContainerSpec } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import { bootUnit, hasUnit, hasUserManager, removeUnit, startByUnit, stopUnit } from './boot-unit.ts';
import type { NodeContainer } from './container.ts';
import { LABEL, type NodeNames } from './names.ts';

/** systemd and containerd in the node, on a slow host under load. */
const BOOT_DEADLINE_MS = 180_000;
/** A node ends its pods before it stops; then it is killed. Seconds. */
const STOP_SECONDS = 30;
/** A daemon starts again what ended, after pauses that double. Milliseconds. */
const DAEMON_RESTARTS_MS = 10_000;
/** Of the log of a container that ended. */
const LOG_LINES = 15;

/**
 * Creates volumes, network and container. Safe to repeat after a crash: what exists is kept.
 * `volumes` are those there already; `acceptNetwork` throws when the ranges of the engine's network cannot be used.
 */
export async function createNode(
  engine: ContainerEngine,
  spec: ContainerSpec,
  volumes: readonly string[],
  acceptNetwork: (subnets: readonly string[]) => void,
): Promise<void> {
  const { dialect } = engine;
  const labels = pick(spec.labels, [LABEL.cluster, LABEL.node]);
  for (const mount of spec.mounts) {
    if (mount.kind !== 'volume' || volumes.includes(mount.source)) continue;
    await engine.ask(dialect.createVolume(mount.source, labels));
  }
  if (!spec.network.startsWith('pasta')) {
    await engine.ask(dialect.ensureNetwork(spec.network, pick(spec.labels, [LABEL.cluster])));
    acceptNetwork(await engine.ask(dialect.networkSubnets(spec.network)));
  }
  await engine.ask(dialect.createContainer(spec));
}

/** Whether the container will start at boot, as far as this host can do that. */
export async function startsAtBoot(host: Host, node: NodeContainer, names: NodeNames): Promise<boolean> {
  if (node.engine.info.features.startsAtBoot === 'daemon' || (await hasUnit(host, names.unit))) return true;
  return !(await hasUserManager(host));
}

/** Starts the container so that it also starts at boot. */
export async function startNode(run: Run, host: Host, node: NodeContainer, names: NodeNames): Promise<void> {
  const { engine } = node;
  if (engine.info.features.startsAtBoot === 'user-unit' && (await hasUserManager(host))) {
    await startByUnit(run, host, names.unit, bootUnit(names.container, engine.dialect.kind));
  } else {
    await startContainer(engine, node.name);
  }
}

/**
 * Waits until systemd has brought containerd up inside.
 * @throws RkubeError `node-ended` with the end of the container's log, as soon as it is clear that it does not run
 */
export async function waitBooted(run: Run, node: NodeContainer): Promise<void> {
  let ended = Infinity;
  await awaitCondition(
    run,
    {
      describe: `containerd in node container ${node.name}`,
      deadlineMs: BOOT_DEADLINE_MS,
      intervalMs: 100,
      next: `See what the node says: \`${node.engine.dialect.kind} logs ${node.name}\`, or \`rkube logs\`.`,
      probe: async () => {
        const result = await node.try(['systemctl', 'is-active', 'containerd.service'], { effect: 'read' });
        if (result.exitCode === 0) return done(true);
        // systemd answers: the container runs.
        if (result.stdout !== '') return notYet(result.stdout.trim());
        const state = await node.state();
        if (state === undefined) return notYet('the container is gone');
        if (state.status === 'running') {
          ended = Infinity;
          return notYet(result.stderr.trim() || 'no answer');
        }
        const words = `the container is ${state.status}${state.error === '' ? '' : `: ${state.error}`}`;
        ended = Math.min(ended, performance.now());
        const patience = node.engine.info.features.startsAtBoot === 'daemon' ? DAEMON_RESTARTS_MS : 0;
        if (performance.now() - ended >= patience) throw await nodeEnded(node, words);
        return notYet(words);
      },
    },
    true,
  );
}

async function nodeEnded(node: NodeContainer, words: string): Promise<RkubeError> {
  const { stdout, stderr } = await node.runner.run(node.engine.dialect.logs(node.name, false));
  return new RkubeError({
    id: 'node-ended',
    message: `Node container ${node.name} ended while it booted: ${words}`,
    details: `${stdout}\n${stderr}`
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-LOG_LINES),
    next: `See all that it said: \`${node.engine.dialect.kind} logs ${node.name}\`. \`rkube doctor\` checks this host.`,
  });
}

/** Stops the container and keeps it down at boot; its state stays on its volumes. */
export async function stopNode(host: Host, node: NodeContainer, names: NodeNames): Promise<void> {
  if (node.engine.info.features.startsAtBoot === 'user-unit') await stopUnit(host, names.unit);
  await stopContainer(node.engine, node.name, STOP_SECONDS);
}

/** Removes the container and its boot unit; the volumes, and with them all state, stay. */
export async function removeContainer(run: Run, host: Host, node: NodeContainer, names: NodeNames): Promise<void> {
  await removeUnit(run, host, names.unit);
  await removeByEngine(node.engine, node.name);
}

/** Removes everything of the node: container, unit, volumes, and the network when no other node uses it. */
export async function removeNode(run: Run, host: Host, node: NodeContainer, names: NodeNames): Promise<void> {
  await removeContainer(run, host, node, names);
  const { engine } = node;
  const cluster = names.network.slice('rkube-'.length);
  const others = await engine.ask(engine.dialect.listContainers(`${LABEL.cluster}=${cluster}`));
  const volumes = await engine.ask(engine.dialect.listVolumes(LABEL.cluster));
  for (const volume of Object.values(names.volumes)) {
    if (volumes.includes(volume)) await engine.ask(engine.dialect.removeVolume(volume));
  }
  const networks = await engine.ask(engine.dialect.listNetworks(LABEL.cluster));
  if (!networks.includes(names.network)) return;
  if (others.every((name) => name === names.container)) await engine.ask(engine.dialect.removeNetwork(names.network));
}

function pick(labels: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
}
