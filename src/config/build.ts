import type { Written } from './layers.ts';
import { formatPublish, parsePublish } from './publish.ts';
import type { SettingKey } from './settings.ts';
import type { NodeConfig } from './types.ts';

/** One value for every setting, with its source. */
export type Settled = ReadonlyMap<SettingKey, Written>;

/** The one spelling of a value that has several: `1.36.3` is `v1.36.3`, `80` is `192.0.2.7:80:80/tcp`. */
export function normal(key: SettingKey, value: unknown, address: string): unknown {
  if (key === 'kubernetesVersion' && typeof value === 'string') return `v${value.replace(/^v/, '')}`;
  if (key === 'publish' && Array.isArray(value)) return value.map((text) => fullPublish(String(text), address));
  return value;
}

function fullPublish(text: string, address: string): string {
  const port = parsePublish(text, address);
  return port ? formatPublish(port) : text;
}

/** The settings as one object. Its types hold once the rules have passed: hand nothing out before. */
export function build(settled: Settled): NodeConfig {
  const get = <T>(key: SettingKey, none: T): T => (settled.get(key)?.value ?? none) as T;
  const address = get('address', '');
  return Object.freeze({
    cluster: get('cluster', ''),
    node: get('node', ''),
    engine: get<NodeConfig['engine']>('engine', 'auto'),
    allowRootful: get('allowRootful', false),
    image: get('image', ''),
    kubernetesVersion: normal('kubernetesVersion', get('kubernetesVersion', ''), address) as string,
    address,
    ports: {
      apiserver: get('ports.apiserver', 0),
      kubelet: get('ports.kubelet', 0),
      flannel: get('ports.flannel', 0),
      etcd: get('ports.etcd', 0),
    },
    podSubnet: get('podSubnet', ''),
    serviceSubnet: get('serviceSubnet', ''),
    mtu: get('mtu', 0),
    publish: get<string[]>('publish', []).flatMap((text) => parsePublish(text, address) ?? []),
    listen: get('listen', ''),
    kubeadm: get<NodeConfig['kubeadm']>('kubeadm', {}),
    sources: Object.fromEntries([...settled].map(([key, { source }]) => [key, source])),
  });
}
