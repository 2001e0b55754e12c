import type { NodeConfig } from '../config/types.ts';
import { report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';
import type { ContainerEngine } from '../engine/types.ts';
import { askOver, FROM_AGENT, socketPath } from '../host/agent-socket.ts';
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

/**
 * From here on no other rkube of this user changes this node, until this process ends. The agent, when it is bringing
 * the node back, gives way to its user.
 * @throws RkubeError `busy`
 */
export async function lockNode({ run, host, names }: Site): Promise<void> {
  if (run.dryRun) return;
  try {
    await lock(host.uid, names.container);
  } catch (error) {
    if (host.env[FROM_AGENT] !== undefined) throw error;
    const request = { do: 'give-way', container: names.container };
    const answer = await askOver<{ readonly gaveWay?: boolean }>(socketPath(host), request);
    if (answer?.gaveWay !== true) throw error;
    report(run.reporter, 'info', 'The agent was bringing this node back; it has given way');
    await lock(host.uid, names.container);
  }
}
