import type { NodeConfig } from '../config/types.ts';

/** A pod network that is installed as Kubernetes objects once per cluster. */
export interface Cni {
  readonly name: string;
  /** Objects to apply, as one YAML stream. `mtu` is the outer packet size in bytes that every host's path carries. */
  manifest(config: NodeConfig, mtu: number): string;
  /** DaemonSet whose pods must be ready for the network to work. */
  readonly daemonSet: { readonly namespace: string; readonly name: string };
}
