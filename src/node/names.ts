// Names of everything rkube makes on a host. All start with `rkube-` and carry labels, so nothing of others is touched.

export const LABEL = {
  cluster: 'dev.rkube.cluster',
  node: 'dev.rkube.node',
  role: 'dev.rkube.role',
  /** The settings (RawConfig) the node was created with, as JSON: later commands need no flags repeated. */
  config: 'dev.rkube.config',
  version: 'dev.rkube.version',
} as const;

export interface NodeNames {
  readonly container: string;
  /** A container that only keeps the node's settings, while the node's own is made anew. No node's name has a dot. */
  readonly keeper: string;
  readonly network: string;
  readonly volumes: { readonly var: string; readonly kubernetes: string };
  /** systemd user unit that starts the container at boot. */
  readonly unit: string;
}

const KEEPER = '.keeper';

/** Of these containers, those that stand for a node: its own, or where that is missing what keeps its settings. */
export const nodeContainers = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !name.endsWith(KEEPER) || !names.includes(name.slice(0, -KEEPER.length)));

/** Names for a node of a cluster on one host and account. */
export function nodeNames(cluster: string, node: string): NodeNames {
  const base = `rkube-${cluster}-${node}`;
  return {
    container: base,
    keeper: `${base}${KEEPER}`,
    network: `rkube-${cluster}`,
    volumes: { var: `${base}-var`, kubernetes: `${base}-kubernetes` },
    unit: `${base}.service`,
  };
}
