import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Writes a file that only its owner can read, whole or not at all. */
export async function writeSecretFile(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
