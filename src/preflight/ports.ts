import type { NodeConfig, PublishedPort } from '../config/types.ts';
import type { PortUse } from './types.ts';

/** Says for each published port what it serves and which setting moves it. */
export function portUses(ports: NodeConfig['ports'], published: readonly PublishedPort[]): PortUse[] {
  const meanings = new Map([
    [`${ports.apiserver}/tcp`, 'Kubernetes API, --port-apiserver'],
    [`${ports.kubelet}/tcp`, 'kubelet, --port-kubelet'],
    [`${ports.flannel}/udp`, 'Flannel VXLAN, --port-flannel'],
    [`${ports.etcd}/tcp`, 'etcd, --port-etcd'],
    [`${ports.etcd + 1}/tcp`, 'etcd peers, one above --port-etcd'],
  ]);
  return published.map(({ address, hostPort: port, protocol }) => ({
    address,
    port,
    protocol,
    what: meanings.get(`${port}/${protocol}`) ?? 'published port, --publish',
  }));
}
