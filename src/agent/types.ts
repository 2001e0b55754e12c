/** A port of the host that leads to a port of a node. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp';
  /** IPv4 address of the host that is listened on; `0.0.0.0` for all. */
  readonly address: string;
  readonly port: number;
  /** Where the node reaches what is asked for, in its own network namespace. */
  readonly target: { readonly address: string; readonly port: number };
  /** Only clients in these IPv4 ranges are served; empty for everybody. */
  readonly sources: readonly string[];
}

/** Opens ports of the host to one node, while that node runs and this process lives. */
export interface Forwarder {
  readonly kind: 'rootlesskit' | 'relay';
  /**
   * Open already is fine; open with another target or other sources is replaced.
   * @throws RkubeError `port-taken` when something else holds the address and port, `port-refused` when this
   * forwarder can never serve such a port
   */
  open(port: HostPort): Promise<void>;
  /** Closed already is fine. Its connections end. Never touches what this forwarder did not open. */
  close(port: HostPort): Promise<void>;
  /** What is open now, of what rkube opened, also by a process before this one. */
  list(): Promise<readonly HostPort[]>;
  /** Ends what holds ports open where that is a process of its own; the ports go with it. */
  end(): Promise<void>;
}

/** A running node as forwarders need to know it. Plain data. */
export interface NodePlace {
  readonly container: string;
  /** The container's first process, as this user sees it in /proc. */
  readonly pid: number;
  /** Host address, which the node owns too. */
  readonly address: string;
  /** Its own address on the engine's network; '' where it holds the host's alone. */
  readonly ownAddress: string;
  /** Path of RootlessKit's API socket, where ports can be added by it; '' elsewhere. */
  readonly rootlessKit: string;
  /** File, readable by the user alone, that a forwarder may keep its ports in. */
  readonly memory: string;
}
