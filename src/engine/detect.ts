import { ENGINE_KINDS, type EngineKind } from '../config/types.ts';
import { interrupted, messageOf, RkubeError, usageError } from '../core/errors.ts';
import { runtimeFolder } from '../host/runtime-folder.ts';
import type { Host } from '../host/types.ts';
import { docker } from './docker.ts';
import { withDrivers } from './docker-info.ts';
import { createEngine } from './engine.ts';
import { nerdctl } from './nerdctl.ts';
import { INFO_MS } from './outcome.ts';
import { type Elsewhere, onOtherMachine, type Place } from './place.ts';
import { podman } from './podman.ts';
import { type Rejection, refusal } from './refusal.ts';
import type { ContainerEngine, ContainerState, Dialect, EngineInfo } from './types.ts';

const DIALECTS: Readonly<Record<EngineKind, Dialect>> = { podman, docker, nerdctl };

/** The two settings detection reads; a NodeConfig has them. */
export interface Wanted {
  readonly engine: EngineKind | 'auto';
  readonly allowRootful: boolean;
}

/**
 * Finds the engine to use: the named one, or, for `auto`, the first of podman, docker and nerdctl that answers, runs
 * on this host and is rootless. A rootful engine is taken only where allowed, and only when no rootless one answers.
 * @throws RkubeError `unknown-engine`, `no-engine`, `engine-rootful` or `engine-elsewhere`, with what was found of each
 */
export async function detectEngine(place: Place, wanted: Wanted): Promise<ContainerEngine> {
  const rejections: Rejection[] = [];
  let rootful: ContainerEngine | undefined;
  for (const kind of candidates(wanted.engine)) {
    const dialect = DIALECTS[kind];
    const found = await probe(dialect, place);
    if ('reason' in found) {
      rejections.push(found);
    } else if (found.rootless) {
      return createEngine(dialect, found, place.runner);
    } else {
      rootful ??= createEngine(dialect, found, place.runner);
      const detail = `${kind} ${found.version} answers, but it is rootful`;
      rejections.push({ kind, reason: 'rootful', detail, next: dialect.setup.advice.rootless });
    }
  }
  if (rootful !== undefined && wanted.allowRootful) return rootful;
  throw refusal(wanted.engine, rejections);
}

/**
 * Names of the containers, or volumes, with a label; undefined where the engine is not here or does not answer. One that
 * has none need not be asked about itself, which takes Podman a second on a slow host.
 */
export async function listLabelled(
  host: Host,
  kind: EngineKind,
  label: string,
  list: 'listContainers' | 'listVolumes' = 'listContainers',
): Promise<readonly string[] | undefined> {
  const dialect = DIALECTS[kind];
  if (!(await mayAnswer(host, kind)) || (await dialect.setup.elsewhere(host)) !== undefined) return undefined;
  const { spec, parse } = dialect[list](label);
  try {
    return parse(await host.runner.run({ ...spec, timeoutMs: INFO_MS }));
  } catch {
    return undefined;
  }
}

/** False when no rootless daemon of this engine runs: asking it would only take time, a second on a slow host. */
export async function mayAnswer(host: Host, kind: EngineKind): Promise<boolean> {
  const file = (await DIALECTS[kind].setup.daemonFile?.(host)) ?? '';
  return file === '' || (await host.stat(file)) !== undefined;
}

function candidates(engine: EngineKind | 'auto'): readonly EngineKind[] {
  if (engine === 'auto') return ENGINE_KINDS;
  if (ENGINE_KINDS.includes(engine)) return [engine];
  throw usageError({
    id: 'unknown-engine',
    message: `Unknown engine "${engine}": expected auto, ${ENGINE_KINDS.join(', ')}`,
    next: 'Choose one with --engine, or leave it out.',
  });
}

async function probe(dialect: Dialect, place: Place): Promise<EngineInfo | Rejection> {
  const { kind, setup } = dialect;
  const elsewhere = ({ at, from }: Elsewhere): Rejection => ({
    kind,
    reason: 'elsewhere',
    detail: `${kind} is not on this host: ${at}, says ${from}`,
    next: setup.advice.here,
  });
  const away = await setup.elsewhere(place);
  if (away !== undefined) return (await isInstalled(kind, place)) ? elsewhere(away) : notInstalled(kind);

  const { specs, parse } = dialect.info();
  const results = await Promise.all(specs.map((spec) => place.runner.run(spec)));
  if (results.some(({ canceled }) => canceled)) throw interrupted(`looking for ${kind}`);
  if (results.some(({ notFound }) => notFound)) return notInstalled(kind);
  let info: EngineInfo;
  try {
    info = parse(results);
  } catch (error) {
    const hung = results[0]?.timedOut === true;
    const next = hung ? setup.advice.hung : error instanceof RkubeError ? error.next : undefined;
    return { kind, reason: 'no-answer', detail: `${kind} does not answer: ${lastWords(error, hung)}`, next };
  }
  const machine = onOtherMachine(info, place);
  if (machine !== undefined) return elsewhere(machine);
  if (info.client) {
    const at = setup.service === undefined ? '' : setup.service.parse(await place.runner.run(setup.service.spec));
    return elsewhere({ at: at || 'a service', from: `${kind}'s own configuration` });
  }
  return complete(info, dialect, place);
}

/** Asks RootlessKit itself for what the engine did not tell. */
async function complete(info: EngineInfo, { setup }: Dialect, place: Place): Promise<EngineInfo> {
  if (setup.rootlessKit === '' || !info.rootless || info.networkDriver !== '') return info;
  const { askRootlessKit } = await import('./rootlesskit.ts');
  const drivers = await askRootlessKit(`${runtimeFolder(place)}/${setup.rootlessKit}/api.sock`);
  return drivers === undefined ? info : withDrivers(info, drivers);
}

/** The environment may name a host for the sake of other programs. `--version` asks no engine. */
async function isInstalled(kind: EngineKind, { runner }: Place): Promise<boolean> {
  return !(await runner.run({ file: kind, args: ['--version'], effect: 'read' })).notFound;
}

const notInstalled = (kind: EngineKind): Rejection => ({
  kind,
  reason: 'not-installed',
  detail: `${kind} is not installed`,
});

/** What the engine said last, else what rkube saw. The first detail of a failed command is its command line. */
function lastWords(error: unknown, hung: boolean): string {
  const said = !hung && error instanceof RkubeError && error.id === 'command-failed' ? error.details.slice(1) : [];
  return said.at(-1) ?? messageOf(error).replace(/^Asking \w+ about itself: /, '');
}

/**
 * The first engine that has a running container of this name, asked for nothing else: what an engine tells of itself
 * takes it longer than all the rest of a short command. Only engines that are surely this user's own, on this host.
 * undefined where there is any doubt: detectEngine knows more, and says why.
 */
export async function findRunning(
  host: Host,
  wanted: Wanted,
  name: string,
): Promise<{ readonly dialect: Dialect; readonly container: ContainerState } | undefined> {
  if (wanted.allowRootful || host.uid === 0) return undefined;
  for (const kind of candidates(wanted.engine)) {
    const dialect = DIALECTS[kind];
    const { setup } = dialect;
    if ((await setup.elsewhere(host)) !== undefined) return undefined;
    const file = await setup.daemonFile?.(host);
    if (file !== undefined && !file.startsWith(`${runtimeFolder(host)}/`)) return undefined;
    if (file !== undefined && (await host.stat(file)) === undefined) continue;
    const { spec, parse } = dialect.inspectContainer(name);
    const result = await host.runner.run(spec);
    if (result.notFound) continue;
    const container = parse(result);
    if (container !== undefined) return container.status === 'running' ? { dialect, container } : undefined;
  }
  return undefined;
}
