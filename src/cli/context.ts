import { type Site, site } from '../cluster/site.ts';
import { type Layer, rawLayer } from '../config/layers.ts';
import { loadConfig, searchable } from '../config/load.ts';
import { resolveConfig } from '../config/resolve.ts';
import { ENGINE_KINDS, type EngineKind, type NodeConfig, type RawConfig } from '../config/types.ts';
import { type CommandResult, display } from '../core/command.ts';
import { DryRunner } from '../core/dry.ts';
import { LocalRunner } from '../core/runner.ts';
import { detectEngine, listLabelled } from '../engine/detect.ts';
import type { ContainerEngine, ContainerState } from '../engine/types.ts';
import { presentAddress } from '../host/address.ts';
import { localHost } from '../host/local.ts';
import { withRuntimeFolder } from '../host/runtime-folder.ts';
import type { Host } from '../host/types.ts';
import { LABEL, nodeNames } from '../node/names.ts';
import { readNotes } from '../node/notes.ts';
import type { Invocation, Process } from './invocation.ts';

/** Everything settings are made from, before an engine is known. */
export interface Ground {
  readonly host: Host;
  readonly file: Layer;
}

/** The composition root: the only place that constructs hosts, engines and runners. */
export async function openGround(invocation: Invocation): Promise<Ground> {
  const { cwd, lifetime } = invocation.process;
  // `su` stays in the folder of who called it, where nothing can be started for want of a right to enter it.
  if (!(await searchable(cwd))) process.chdir('/');
  const env = await withRuntimeFolder(invocation.process.env, process.getuid?.() ?? 0);
  const local = new LocalRunner(
    lifetime,
    env,
    env['RKUBE_DEBUG'] ? (result) => note(invocation.process, result) : undefined,
  );
  const runner = invocation.dryRun ? new DryRunner(local, invocation.reporter) : local;
  const host = localHost(runner, { env });
  const flag = invocation.flags['config'] as string | undefined;
  return { host, file: await loadConfig({ flag, env, cwd, home: host.home }) };
}

/** With RKUBE_DEBUG every command is shown when it has ended, with its exit code and seconds. */
function note({ stderr }: Process, result: CommandResult): void {
  const seconds = (result.durationMs / 1000).toFixed(2);
  stderr.write(`  ${process.uptime().toFixed(2)} s: ${seconds} s, exit ${result.exitCode}: ${display(result.spec)}\n`);
}

interface Existing {
  readonly node: string;
  readonly settings: RawConfig;
}

/** Settings of a node that is here, as it is to have them from now on. `own`: what was set for this call. */
type Settle = (created: RawConfig, own: NodeConfig, host: Host) => Promise<RawConfig>;

/** Opens the site a verb works on: settings, engine, and what an existing node was created with. */
export async function openSite(
  invocation: Invocation,
  fixed: readonly Layer[] = [],
  settle: Settle = async (created) => created,
): Promise<Site> {
  const { host, file } = await openGround(invocation);
  const input = { flags: invocation.flags, env: invocation.process.env, file, hostname: host.hostname };
  const named = await resolveConfig({ ...input, fixed });
  const { engine, existing } = await findNode(host, named);
  const layers =
    existing === undefined
      ? fixed
      : [...fixed, rawLayer(await settle(existing.settings, named, host), `node ${existing.node}`)];
  const config = await resolveConfig({
    ...input,
    fixed: layers,
    address: async () => presentAddress(await host.addresses()),
  });
  return site(invocation.run, host, engine, config);
}

/**
 * The engine to use, and the node it has. Where several engines answer and nobody chose, the one that holds a
 * node of the cluster is meant; else the first.
 */
async function findNode(
  host: Host,
  named: NodeConfig,
): Promise<{ engine: ContainerEngine; existing: Existing | undefined }> {
  const look = (engine: ContainerEngine): Promise<Existing | undefined> =>
    existingNode(host, engine, named.cluster, named.node, named.sources['node'] === 'host');
  const first = await detectEngine(host, named);
  const existing = await look(first);
  const others = ENGINE_KINDS.slice(ENGINE_KINDS.indexOf(first.dialect.kind) + 1);
  if (existing === undefined && named.engine === 'auto') {
    for (const engine of others) {
      if (!named.allowRootful && !(await holdsNodes(host, engine, named.cluster))) continue;
      const other = await detectEngine(host, { ...named, engine }).catch(() => undefined);
      const found = other === undefined ? undefined : await look(other);
      if (other !== undefined && found !== undefined) return { engine: other, existing: found };
    }
  }
  return { engine: first, existing };
}

/** Whether an engine has anything of this cluster, asked for nothing else. */
async function holdsNodes(host: Host, engine: EngineKind, cluster: string): Promise<boolean> {
  const label = `${LABEL.cluster}=${cluster}`;
  const lists = (['listContainers', 'listVolumes'] as const).map((list) => listLabelled(host, engine, label, list));
  return (await Promise.all(lists)).some((names) => names !== undefined && names.length > 0);
}

/** Whether the node runs. A container that cannot be looked at, or is not ours, keeps no check from running. */
export async function nodeRuns({ engine, node }: Site): Promise<boolean> {
  if (engine.info.containers === 0) return false;
  return (await node.state().catch(() => undefined))?.status === 'running';
}

/**
 * The node that is here already, whose settings need not be repeated: the one of this name, or, when no name was given,
 * the only one of the cluster. Where its container is gone, its volume tells them.
 */
async function existingNode(
  host: Host,
  engine: ContainerEngine,
  cluster: string,
  node: string,
  unnamed: boolean,
): Promise<Existing | undefined> {
  // Asking takes half a second on a slow host.
  const none = engine.info.containers === 0;
  const { container, volumes: own } = nodeNames(cluster, node);
  const all = none ? [] : await engine.ask(engine.dialect.listContainers(`${LABEL.cluster}=${cluster}`));
  const name = all.includes(container) ? container : unnamed && all.length === 1 ? all[0] : undefined;
  const found = name === undefined ? undefined : await engine.ask(engine.dialect.inspectContainer(name));
  if (found !== undefined) return { node: found.labels[LABEL.node] ?? '', settings: createdWith(found) };
  const volumes = await engine.ask(engine.dialect.listVolumes(`${LABEL.cluster}=${cluster}`));
  // Without them `rkube delete` goes on all the same.
  const notes = volumes.includes(own.var) ? await readNotes(host, engine, own.var).catch(() => undefined) : undefined;
  const settings = notes?.state.made?.settings;
  return settings === undefined ? undefined : { node, settings };
}

function createdWith(container: ContainerState): RawConfig {
  return JSON.parse(container.labels[LABEL.config] ?? '{}') as RawConfig;
}
