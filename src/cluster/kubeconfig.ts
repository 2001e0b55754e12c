import { rm } from 'node:fs/promises';
import { RkubeError } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { replaceFile } from '../host/replace-file.ts';
import { hostKubeconfig, kubeconfigPath } from '../kube/kubeconfig.ts';
import { KUBECONFIG } from '../kube/kubectl.ts';
import type { Site } from './site.ts';

/** The administrator's kubeconfig, for this host (127.0.0.1 where the engine can) or for others (host address). */
export async function readKubeconfig(site: Site, reach: 'local' | 'remote'): Promise<string> {
  const text = await site.node.readFile(KUBECONFIG.admin);
  if (text === undefined) {
    throw new RkubeError({
      id: 'no-admin-kubeconfig',
      message: `Node ${site.config.node} has no administrator's kubeconfig: it is not an initialised control plane`,
      next: 'Run this on a control-plane host, or `rkube init` first.',
    });
  }
  const { address, cluster, ports } = site.config;
  const loopback = reach === 'local' && site.engine.info.features.portOnSeveralAddresses;
  return hostKubeconfig(text, cluster, `https://${loopback ? '127.0.0.1' : address}:${ports.apiserver}`);
}

/** Writes the kubeconfig on the host, mode 0600; returns its path. */
export async function writeKubeconfig(site: Site): Promise<string> {
  const path = kubeconfigPath(site.host.home, site.config.cluster);
  if (site.run.dryRun) report(site.run.reporter, 'plan', `# writes ${path} (mode 0600)`);
  else await replaceFile(path, await readKubeconfig(site, 'local'));
  return path;
}

/** Removes the administrator's kubeconfig from the host, where it is there. */
export async function removeKubeconfig(site: Site): Promise<void> {
  const path = kubeconfigPath(site.host.home, site.config.cluster);
  if (site.run.dryRun) report(site.run.reporter, 'plan', `# removes ${path}`);
  else await rm(path, { force: true });
}
