import type { NodeContainer } from '../node/container.ts';

/** Kubeconfigs in a node: `admin` exists on control planes only, `kubelet` on every member. */
export const KUBECONFIG = { admin: '/etc/kubernetes/admin.conf', kubelet: '/etc/kubernetes/kubelet.conf' } as const;

/** kubectl's own argument list in a node. */
export function kubectlArgv(kubeconfig: string, args: readonly string[]): readonly string[] {
  return ['kubectl', `--kubeconfig=${kubeconfig}`, ...args];
}

/**
 * Applies manifests, server side: repeating it is safe and needs no annotations. Not validated first, for which
 * kubectl would have the API server build all its schemas, seconds of processor time: they are rkube's own.
 */
export async function apply(node: NodeContainer, manifests: string, doing: string): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', '--validate=false', '--field-manager=rkube', '-f', '-'];
  await node.run(kubectlArgv(KUBECONFIG.admin, args), {
    doing,
    stdin: manifests,
    effect: 'write',
  });
}
