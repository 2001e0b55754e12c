import type { NodeConfig } from '../../config/types.ts';
import type { CommandResult, CommandSpec } from '../../core/command.ts';
import { commandError, RkubeError } from '../../core/errors.ts';
import { rkubeVersion } from '../../core/package.ts';
import { diagnose, explanation } from '../../explain/diagnose.ts';
import { readSymptoms } from '../../explain/reading.ts';
import type { Host } from '../../host/types.ts';
import { nodeNames } from '../../node/names.ts';
import type { CheckReport } from '../../preflight/types.ts';
import type { Site } from '../site.ts';
import { type Status, status } from '../status.ts';
import { collect, known, knownJson } from './collect.ts';
import { hostSources } from './host-sources.ts';
import { toldOfContainer } from './inspect.ts';
import { CONTROL_PLANE, KUBERNETES, NODE } from './node-sources.ts';
import type { Entry, Source } from './types.ts';

/** Milliseconds for one command of a source. */
const SOURCE_MS = 20_000;

/** What a bundle is made from; `site` is undefined when there is no engine, and `problem` says why. */
export interface Scene {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly reports: readonly CheckReport[];
  readonly site: Site | undefined;
  readonly problem: string;
}

/** What is known without asking the node. */
export async function readHost({ host, config, reports, site, problem }: Scene): Promise<readonly Entry[]> {
  const versions = { rkube: rkubeVersion(), node: process.version, platform: `${process.platform} ${process.arch}` };
  return [
    await knownJson('versions.json', 'versions of rkube and Node.js', () => versions),
    await knownJson('doctor.json', 'what `rkube doctor` finds', () => reports),
    await knownJson('config.json', 'settings, and where each came from', () => config),
    await knownJson('engine.json', 'what the engine says of itself', () => site?.engine.info ?? absent(problem)),
    ...(await collect(hostSources(host, unitOf(config)), ([command = '', ...args]) =>
      host.runner.run({ file: command, args, effect: 'read', timeoutMs: SOURCE_MS }),
    )),
  ];
}

/** What the engine and the node tell. */
export async function readNode(site: Site): Promise<{ entries: readonly Entry[]; status: Status | undefined }> {
  const { engine, node } = site;
  let seen: Status | undefined;
  const entries = [
    await knownJson('status.json', 'what `rkube status` says', async () => (seen = await status(site))),
    await known('container.json', 'the node container, by the engine', async () =>
      toldOfContainer((await engineSays(site, engine.dialect.inspectContainer(node.name).spec)).stdout),
    ),
    await known('container.log', 'what the node wrote to its console', async () => {
      const { stdout, stderr } = await engineSays(site, engine.dialect.logs(node.name, false));
      return `${stdout}\n${stderr}`;
    }),
  ];
  if (seen?.container !== 'running') return { entries, status: seen };
  entries.push(
    await known('diagnosis.txt', 'what the node probably suffers from', async () => {
      const reading = await readSymptoms(node);
      return (
        explanation(diagnose(reading)).join('\n') || `nothing is suspected; read: ${Object.keys(reading).join(', ')}`
      );
    }),
  );
  entries.push(
    ...(await collect(nodeSources(seen), (argv) => node.try(argv, { effect: 'read', timeoutMs: SOURCE_MS }))),
  );
  return { entries, status: seen };
}

async function engineSays({ engine }: Site, spec: CommandSpec): Promise<CommandResult> {
  const result = await engine.runner.run(spec);
  if (result.exitCode !== 0) throw commandError(result, result.stderr.trim());
  return result;
}

/** What would be read, without reading it. */
export function plannedSources({ host, config, site }: Scene): readonly Source[] {
  const node = site === undefined ? [] : [...NODE, ...CONTROL_PLANE, ...KUBERNETES];
  return [...hostSources(host, unitOf(config)), ...node];
}

const unitOf = ({ cluster, node }: NodeConfig): string => nodeNames(cluster, node).unit;

function nodeSources({ role, phase, problem }: Status): readonly Source[] {
  if (role !== 'control-plane') return NODE;
  // An API server that does not answer lets each question wait.
  return [...NODE, ...CONTROL_PLANE, ...(phase === 'member' && problem === '' ? KUBERNETES : [])];
}

function absent(problem: string): never {
  throw new RkubeError({ id: 'no-engine', message: problem });
}
