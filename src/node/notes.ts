import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';
import type { ContainerEngine } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import { LABEL } from './names.ts';
import { type NodeState, parseState, STATE } from './state.ts';

// What is on the node's volume is read on the host too: it is the user's own folder. So a node whose container is gone
// still says what it is, and whether it is to run.

/** There while the user wants the node down; a node that starts removes it (compose/node/…/node-start). */
const DOWN = '/var/lib/rkube/down';

export interface Notes {
  readonly cluster: string;
  readonly node: string;
  readonly state: NodeState;
  /** `rkube down` stopped it. */
  readonly down: boolean;
}

/** undefined when there is no such volume of ours, or nothing is on it yet. */
export async function readNotes(host: Host, engine: ContainerEngine, volume: string): Promise<Notes | undefined> {
  const found = await engine.ask(engine.dialect.inspectVolume(volume));
  const { [LABEL.cluster]: cluster, [LABEL.node]: node } = found?.labels ?? {};
  if (found === undefined || cluster === undefined || node === undefined) return undefined;
  const text = await host.readFile(onHost(found.folder, STATE));
  if (text === undefined) return undefined;
  const down = (await host.stat(onHost(found.folder, DOWN))) !== undefined;
  return { cluster, node, state: parseState(text), down };
}

/** Notes that the user wants the node down. Where that cannot be noted, nobody can read what would bring it back. */
export async function noteDown(run: Run, engine: ContainerEngine, volume: string): Promise<void> {
  const found = await engine.ask(engine.dialect.inspectVolume(volume));
  if (found === undefined) return;
  const file = onHost(found.folder, DOWN);
  if (run.dryRun) report(run.reporter, 'plan', `# writes ${file}`);
  else await writeFile(file, '').catch(() => {});
}

/** A path below /var in the node, on the host. */
const onHost = (folder: string, path: string): string => join(folder, path.slice('/var'.length));
