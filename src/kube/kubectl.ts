import type { NodeContainer } from '../node/container.ts';

/** Kubeconfigs in a node: `admin` exists on control planes only, `kubelet` on every member. */
export const KUBECONFIG = { admin: '/etc/kubernetes/admin.conf', kubelet: '/etc/kubernetes/kubelet.conf' } as const;

/** kubectl's own argument list in a node. */
export function kubectlArgv(kubeconfig: string, args: readonly string[]): readonly string[] {
  return ['kubectl', `--kubeconfig=${kubeconfig}`, ...args];
}

/** Applies manifests, server side: repeating it is safe and needs no annotations. */
export async function apply(node: NodeContainer, manifests: string, doing: string): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=rkube', '-f', '-'];
  await node.run(kubectlArgv(KUBECONFIG.admin, args), {
    doing,
    stdin: manifests,
    effect: 'write',
  });
}
