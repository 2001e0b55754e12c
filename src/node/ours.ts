import { RkubeError } from '../core/errors.ts';
import type { ContainerEngine, ContainerSpec, ContainerState } from '../engine/types.ts';
import { LABEL } from './names.ts';

// Labels tell whose a thing is. What has a name of ours but not our labels is somebody else's, and never touched.

/** Whose container it has to be. */
export interface Owner {
  readonly cluster: string;
  readonly node: string;
}

/** @throws RkubeError `not-ours` when the container belongs to something else */
export function rejectOthers({ name, labels }: ContainerState, { cluster, node }: Owner): void {
  if (labels[LABEL.cluster] === cluster && labels[LABEL.node] === node) return;
  const whose = labels[LABEL.node];
  throw notOurs(
    `Container ${name} is not node ${node} of cluster ${cluster}`,
    whose === undefined ? `it has no label ${LABEL.node}` : `it is node ${whose} of cluster ${labels[LABEL.cluster]}`,
  );
}

/**
 * Looks at what is there before anything is made.
 * @param volumes those with our label
 * @throws RkubeError `not-ours` when a volume or network of that name is somebody else's
 */
export async function rejectOthersThings(
  engine: ContainerEngine,
  spec: ContainerSpec,
  volumes: readonly string[],
): Promise<void> {
  const { dialect } = engine;
  const all = await engine.ask(dialect.listVolumes());
  for (const { kind, source } of spec.mounts) {
    if (kind !== 'volume' || volumes.includes(source) || !all.includes(source)) continue;
    throw notOurs(`Volume ${source} is not rkube's`, `it has no label ${LABEL.cluster}`);
  }
  if (spec.network.startsWith('pasta')) return;
  const networks = await engine.ask(dialect.listNetworks());
  if (!networks.includes(spec.network)) return;
  const label = `${LABEL.cluster}=${spec.labels[LABEL.cluster]}`;
  if ((await engine.ask(dialect.listNetworks(label))).includes(spec.network)) return;
  throw notOurs(`Network ${spec.network} is not rkube's`, `it has no label ${label}`);
}

function notOurs(what: string, why: string): RkubeError {
  return new RkubeError({
    id: 'not-ours',
    message: `${what}: ${why}. rkube leaves it alone`,
    next: 'Rename or remove it if it is yours, or choose other names with --cluster or --node.',
  });
}
