import type { NodeConfig } from '../config/types.ts';
import { baseDocuments, endpointName, yamlStream } from '../kubeadm/documents.ts';
import type { Cni } from './types.ts';

/** The parts of kubeadm/flannel.yaml that are filled in. */
interface FlannelObject {
  readonly kind: string;
  readonly data: Record<string, string>;
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { env: object[] }[] } } };
}

/** Flannel with VXLAN between the hosts and its own rules in nftables. */
export const flannel: Cni = {
  name: 'Flannel',
  daemonSet: { namespace: 'kube-flannel', name: 'kube-flannel-ds' },
  manifest(config: NodeConfig, mtu: number): string {
    const documents = baseDocuments('flannel.yaml') as unknown as FlannelObject[];
    for (const document of documents) {
      if (document.kind === 'ConfigMap') document.data['net-conf.json'] = networkJson(config, mtu);
      if (document.kind === 'DaemonSet') setEnvironment(document, config, mtu);
    }
    return yamlStream(documents);
  },
};

function networkJson(config: NodeConfig, mtu: number): string {
  const backend = { Type: 'vxlan', Port: config.ports.flannel, MTU: mtu };
  return JSON.stringify({ Network: config.podSubnet, EnableNFTables: true, Backend: backend });
}

function setEnvironment({ spec }: FlannelObject, config: NodeConfig, mtu: number): void {
  spec.template.spec.containers[0]?.env.push(
    // In the template, so that another MTU starts every flanneld anew.
    { name: 'RKUBE_MTU', value: String(mtu) },
    // Without these flanneld asks for the API at its service address, and restarts until kube-proxy has made that work.
    { name: 'KUBERNETES_SERVICE_HOST', value: endpointName(config.cluster) },
    { name: 'KUBERNETES_SERVICE_PORT', value: String(config.ports.apiserver) },
  );
}
