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
  readonly network: string;
  readonly volumes: { readonly var: string; readonly kubernetes: string };
  /** systemd user unit that starts the container at boot. */
  readonly unit: string;
}

/** Names for a node of a cluster on one host and account. */
export function nodeNames(cluster: string, node: string): NodeNames {
  const base = `rkube-${cluster}-${node}`;
  return {
    container: base,
    network: `rkube-${cluster}`,
    volumes: { var: `${base}-var`, kubernetes: `${base}-kubernetes` },
    unit: `${base}.service`,
  };
}
