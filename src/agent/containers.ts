import type { EngineKind } from '../config/types.ts';
import { detectEngine, listLabelled } from '../engine/detect.ts';
import type { ContainerEngine } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import { LABEL } from '../node/names.ts';

/**
 * Node containers of this user on one engine, running or not; undefined where the engine does not answer. Most engines
 * of a host have none, and those are not asked about themselves.
 */
export async function nodeContainers(
  host: Host,
  kind: EngineKind,
): Promise<readonly { name: string; engine: ContainerEngine }[] | undefined> {
  const names = await listLabelled(host, kind, LABEL.cluster);
  if (names === undefined) return undefined;
  if (names.length === 0) return [];
  const engine = await detectEngine(host, { engine: kind, allowRootful: false }).catch(() => undefined);
  return engine === undefined ? undefined : names.map((name) => ({ name, engine }));
}
