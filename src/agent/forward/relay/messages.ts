import type { HostPort } from '../../types.ts';

/** What the relay is told, over the channel that also carries sockets. */
export type Order =
  /** Comes with the socket that listens on the host. */
  | { readonly id: number; readonly do: 'open'; readonly key: string; readonly port: HostPort }
  /** Comes with a connection that came before its port had been handed over. */
  | { readonly id: number; readonly do: 'take'; readonly key: string }
  | { readonly id: number; readonly do: 'close'; readonly key: string };

/** What it answers: it runs (0), or the order of this number is done. */
export interface Answer {
  readonly done: number;
}

/** A port that is served; ends with all its connections. */
export interface Served {
  close(): void;
}
