import type { NodeConfig } from '../config/types.ts';
import type { Run } from '../core/run.ts';
import type { ContainerEngine } from '../engine/types.ts';
import { lock } from '../host/lock.ts';
import type { Host } from '../host/types.ts';
import { NodeContainer } from '../node/container.ts';
import { type NodeNames, nodeNames } from '../node/names.ts';

/** One node's place: the host, its engine, the settings. Every verb gets one. */
export interface Site {
  readonly run: Run;
  readonly host: Host;
  readonly engine: ContainerEngine;
  readonly config: NodeConfig;
  readonly node: NodeContainer;
  readonly names: NodeNames;
}

/** The site for these settings. */
export function site(run: Run, host: Host, engine: ContainerEngine, config: NodeConfig): Site {
  const names = nodeNames(config.cluster, config.node);
  return { run, host, engine, config, names, node: new NodeContainer(engine, names.container, config) };
}

/** From here on no other rkube of this user changes this node, until this process ends. */
export async function lockNode({ run, host, names }: Site): Promise<void> {
  if (!run.dryRun) await lock(host.uid, names.container);
}
