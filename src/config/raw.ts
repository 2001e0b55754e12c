import { formatPublish } from './publish.ts';
import type { NodeConfig, RawConfig } from './types.ts';

/**
 * The settings as they could be written, without where they came from: what a node's label keeps. The MTU is the
 * cluster's, and may change; so may the address of live ports, which the node's state keeps.
 */
export function rawConfig(config: NodeConfig): RawConfig {
  const {
    sources: _,
    publish,
    engine: __,
    allowRootful: ___,
    mtu: ____,
    listen: _____,
    kubeadm,
    image,
    ...rest
  } = config;
  return {
    ...rest,
    publish: publish.map(formatPublish),
    ...(image === '' ? {} : { image }),
    ...(Object.keys(kubeadm).length === 0 ? {} : { kubeadm: { ...kubeadm } }),
  };
}
