import type { Verb } from '../verb.ts';

export const kubeconfig: Verb = {
  name: 'kubeconfig',
  summary: "print the administrator's kubeconfig",
  examples: [
    ['rkube kubeconfig > ~/.kube/config', 'for kubectl on this host'],
    ['rkube kubeconfig --remote', 'for kubectl on another host'],
    ['rkube kubeconfig --write', 'write it (mode 0600), print the path'],
  ],
  options: [
    { flags: '--remote', help: "name the host's address instead of 127.0.0.1" },
    { flags: '--write', help: 'write it to ~/.kube/rkube-CLUSTER.yaml' },
  ],
  settings: 'node',
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const { readKubeconfig, writeKubeconfig } = await import('../../cluster/kubeconfig.ts');
    const { rejectStopped } = await import('../../cluster/enter.ts');
    const site = await openSite(invocation);
    await rejectStopped(site);
    if (invocation.flags['write'] === true) invocation.print(await writeKubeconfig(site));
    else invocation.print(await readKubeconfig(site, invocation.flags['remote'] === true ? 'remote' : 'local'));
  },
};
