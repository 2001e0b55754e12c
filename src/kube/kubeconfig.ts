import { join } from 'node:path';
import { parse, stringify } from 'yaml';

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string } }[];
  users: { name: string }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  'current-context': string;
}

/**
 * The administrator's kubeconfig for use outside the node: server replaced, everything named after the cluster
 * so that several can be merged.
 */
export function hostKubeconfig(adminConf: string, cluster: string, server: string): string {
  const config = parse(adminConf) as Kubeconfig;
  const name = `rkube-${cluster}`;
  for (const entry of config.clusters) {
    entry.name = name;
    entry.cluster.server = server;
  }
  for (const entry of config.users) entry.name = `${name}-admin`;
  for (const entry of config.contexts) {
    entry.name = name;
    entry.context = { cluster: name, user: `${name}-admin` };
  }
  config['current-context'] = name;
  return stringify(config, { lineWidth: 0 });
}

/** Where the kubeconfig of a cluster lies on its control-plane hosts. */
export const kubeconfigPath = (home: string, cluster: string): string => join(home, '.kube', `rkube-${cluster}.yaml`);
