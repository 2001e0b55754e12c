import type { CommandSpec } from '../../core/command.ts';
import type { Host } from '../../host/types.ts';

/** What runs in a namespace behind a driver while it is measured. */
export interface Inside {
  /** The command line that runs there; the program it names must not lie in a home folder's private part. */
  readonly argv: readonly string[];
  /** Folders that it needs beside /usr. */
  readonly folders: readonly string[];
  /** The host's address, on which the ports are published. */
  readonly address: string;
  /** Published with equal numbers; each for TCP and UDP. */
  readonly ports: readonly number[];
}

/** One way an engine can connect its containers: who carries packets, and who carries published ports. */
export interface NetworkDriver {
  /** As the engine calls it: `pasta`, `slirp4netns`, `gvisor-tap-vsock`, `lxc-user-nic`. */
  readonly network: string;
  /** As the engine calls it: `builtin`, `implicit`, `rootlessport` … */
  readonly ports: string;
  /** Bytes of a packet on the namespace's interface. */
  readonly mtu: number;
  /** The namespace gets the host's own address, so that nothing is translated. */
  readonly hostAddress: boolean;
  /** Why it can not be used here; '' when it can. */
  readonly problem: string;
  /** Name or address by which the namespace reaches the host. */
  host(address: string): string;
  /** Starts a command in a namespace behind the driver, away from what the engine runs. */
  inside(inside: Inside): Pick<CommandSpec, 'file' | 'args'>;
}

/** The file that makes an engine use a driver. */
export interface DropIn {
  /** Below the user's folder of configuration (XDG_CONFIG_HOME). */
  readonly file: string;
  lines(driver: NetworkDriver): readonly string[];
  /** What has to be run before it counts; '' for nothing. */
  readonly restart: string;
  /** What that means for what runs. */
  readonly effect: string;
}

/** What an engine knows of its networks. */
export interface NetworkSetup {
  /** Every driver the engine knows of, with why those can not be used that can not. */
  drivers(host: Host): Promise<readonly NetworkDriver[]>;
  /** Environment the engine starts its drivers with: its PATH may find other versions than the user's. */
  environment(host: Host): Promise<Readonly<Record<string, string>>>;
  readonly dropIn: DropIn;
  /** Programs that open published ports on the host, and may have a capability of their own for it. */
  readonly forwarders: readonly string[];
}
