import type { NetworkDriver } from '../../engine/network/types.ts';

/** Does the receiver see who sent? `unknown`: not to be told from this host alone. */
export type Source = 'kept' | 'lost' | 'unknown';

/** How fast eight TCP flows at once were. */
export interface Rate {
  readonly bitsPerSecond: number;
  /** Standard deviation of the four quarters of the time, as a share of the rate. */
  readonly noise: number;
  /** Processor seconds the driver's programs took, on this host, for 10⁹ bytes. */
  readonly cpuSecondsPerGB: number;
}

export interface Measurement {
  readonly network: string;
  readonly ports: string;
  readonly mtu: number;
  /** The namespace has the host's own address. */
  readonly hostAddress: boolean;
  /** The engine uses it now. */
  readonly inUse: boolean;
  /** Why there are no figures, or not all; '' when there are. */
  readonly problem: string;
  /** From the namespace to the host's address. */
  readonly uplink?: Rate;
  /** From the host to a published port. */
  readonly published?: Rate;
  /** Between namespaces of this driver on this host and the peer, inside VXLAN. */
  readonly vxlan?: Rate;
  /** Of who sends to a published port. */
  readonly source?: { readonly tcp: Source; readonly udp: Source };
}

/** `pasta/implicit`: what `--driver` takes. */
export const nameOf = ({ network, ports }: Pick<NetworkDriver, 'network' | 'ports'>): string => `${network}/${ports}`;
