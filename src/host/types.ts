import type { CommandRunner } from '../core/command.ts';

/** An IPv4 address of a network interface of this host. */
export interface HostAddress {
  readonly interface: string;
  readonly address: string;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
  /** The interface carries the default route with the lowest metric. */
  readonly defaultRoute: boolean;
}

/** What checks want to know of a file beside its content. */
export interface FileFacts {
  /** Type and permission bits, as in stat(2). */
  readonly mode: number;
  readonly uid: number;
}

/** What an ordinary user can still put on a file system. */
export interface Room {
  readonly bytes: number;
  /** Files and folders; Infinity where the file system makes room for them as it goes. */
  readonly files: number;
}

/** A machine and one user on it. Reads only; commands go through `runner`. */
export interface Host {
  readonly runner: CommandRunner;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly user: string;
  readonly hostname: string;
  readonly home: string;
  /** Text of the file, of a `.gz` file unpacked; undefined when the file is absent or unreadable. */
  readFile(path: string): Promise<string | undefined>;
  /** undefined when the file is absent or out of reach. */
  stat(path: string): Promise<FileFacts | undefined>;
  /** Names in the folder; empty when it is absent or unreadable. */
  list(path: string): Promise<readonly string[]>;
  /** The path without symbolic links; of one that is absent, the nearest folder above it that exists. */
  realPath(path: string): Promise<string>;
  /** Room on the file system of `path`; undefined when that is absent. */
  room(path: string): Promise<Room | undefined>;
  /** Listens for a moment: '' when that worked, else the error code, e.g. `EADDRINUSE`. */
  tryListen(address: string, port: number, protocol: 'tcp' | 'udp'): Promise<string>;
  /** Who listens at a port, for people; asked only of a port that is taken. */
  holder(protocol: 'tcp' | 'udp', port: number): Promise<string>;
  addresses(): Promise<readonly HostAddress[]>;
}
