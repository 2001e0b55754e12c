import { site } from '../cluster/site.ts';
import { rawLayer } from '../config/layers.ts';
import { resolveConfig } from '../config/resolve.ts';
import { ENGINE_KINDS, type RawConfig, type Role } from '../config/types.ts';
import { messageOf } from '../core/errors.ts';
import type { Run } from '../core/run.ts';
import type { ContainerEngine, ContainerState } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import { LABEL } from '../node/names.ts';
import { publishedPorts } from '../node/spec.ts';
import { nodeContainers } from './containers.ts';
import { forwarderPlace } from './forward/place.ts';
import { accessOf, readNode } from './node-files.ts';
import type { Look, SeenNode } from './seen.ts';

/** Asks all engines of this user for rkube's nodes, and each node for what the agent must know. Changes nothing. */
export async function look(run: Run, host: Host): Promise<Look> {
  const found = await Promise.all(ENGINE_KINDS.map((kind) => lookAt(run, host, kind)));
  const answered = found.filter((each) => each !== undefined);
  return { engines: answered.map(({ engine }) => engine), nodes: answered.flatMap(({ nodes }) => nodes) };
}

async function lookAt(
  run: Run,
  host: Host,
  kind: (typeof ENGINE_KINDS)[number],
): Promise<{ engine: string; nodes: readonly SeenNode[] } | undefined> {
  try {
    const found = await nodeContainers(host, kind);
    if (found === undefined) return undefined;
    const nodes: SeenNode[] = [];
    for (const { name, engine } of found) {
      const container = await engine.ask(engine.dialect.inspectContainer(name));
      if (container !== undefined) nodes.push(await lookInto(run, host, engine, container));
    }
    return { engine: kind, nodes };
  } catch {
    // It has ended meanwhile: nothing is known of its nodes.
    return undefined;
  }
}

async function lookInto(run: Run, host: Host, engine: ContainerEngine, container: ContainerState): Promise<SeenNode> {
  const { labels, name } = container;
  const raw = JSON.parse(labels[LABEL.config] ?? '{}') as RawConfig;
  const role: Role = labels[LABEL.role] === 'worker' ? 'worker' : 'control-plane';
  const seen: SeenNode = {
    cluster: labels[LABEL.cluster] ?? '',
    node: labels[LABEL.node] ?? '',
    engine: engine.dialect.kind,
    container: name,
    role,
    address: raw.address ?? '',
    listen: raw.address ?? '',
    runs: container.status === 'running',
    problem: `the container is ${container.status}`,
    published: [],
    manual: [],
  };
  if (!seen.runs) return seen;
  try {
    const fixed = [rawLayer(raw, `node ${seen.node}`)];
    const config = await resolveConfig({ flags: {}, env: {}, file: new Map(), hostname: host.hostname, fixed });
    const there = site(run, host, engine, config);
    const files = await readNode(there.node);
    const { state, manual } = files;
    const { address } = state;
    const listen = state.listen || address;
    const known = { ...seen, role: state.role, address, listen, manual };
    const published = publishedPorts({ ...config, address }, role, engine.info.features);
    if (state.phase !== 'member' || files.certificate === '')
      return { ...known, problem: 'not a member of a cluster yet' };
    const place = await forwarderPlace({ ...there, config: { ...config, address } }, files.given);
    const access = accessOf(files);
    return { ...known, published, problem: '', running: { place, access } };
  } catch (error) {
    return { ...seen, problem: messageOf(error) };
  }
}
