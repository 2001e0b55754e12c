import type { Verb } from '../verb.ts';

export const kubectl: Verb = {
  name: 'kubectl',
  args: '[args...]',
  summary: "run kubectl in the node, as the cluster's administrator",
  examples: [
    ['rkube kubectl get pods -A', ''],
    ['rkube kubectl apply -f - < app.yaml', 'files go through standard input'],
    ['rkube kubectl exec -it POD -- sh', 'also of pods on other hosts'],
    ['rkube kubectl --cluster lab get nodes', "rkube's own flags come first"],
  ],
  settings: 'node',
  passThrough: true,
  async run(invocation) {
    const { enter } = await import('../enter.ts');
    const { readKubeconfig } = await import('../../cluster/kubeconfig.ts');
    const { KUBECONFIG, kubectlArgv } = await import('../../kube/kubectl.ts');
    const { exitCode, site } = await enter(invocation, kubectlArgv(KUBECONFIG.admin, invocation.args));
    invocation.exitCode = exitCode;
    // Only a failure is worth the question whether this node can be asked at all.
    if (exitCode !== 0) await readKubeconfig(await site(), 'local');
  },
};
