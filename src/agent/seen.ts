import type { PublishedPort, Role } from '../config/types.ts';
import type { NodePlace } from './types.ts';

// What is learned of a node by asking its engine, as plain data: a process of its own asks (look.ts), so that the
// agent, which lives for months, loads nothing that asking takes.

/** How a cluster's API is reached. Secret: kept in memory alone, never shown. */
export interface Access {
  /** Name of the API, which its certificate holds. */
  readonly name: string;
  readonly port: number;
  /** Host addresses of the control planes, tried in turn. */
  readonly addresses: readonly string[];
  /** PEM. */
  readonly ca: string;
  /** PEM of certificate and key, or '' with a token. */
  readonly certificate: string;
  readonly token: string;
}

/** A node of this user on this host. */
export interface SeenNode {
  readonly cluster: string;
  readonly node: string;
  readonly engine: string;
  readonly container: string;
  readonly role: Role;
  readonly address: string;
  /** Address that live ports listen on. */
  readonly listen: string;
  /** Whether its container runs. */
  readonly runs: boolean;
  /** Why it cannot be served now; '' when it can. */
  readonly problem: string;
  /** Ports the engine itself opens. */
  readonly published: readonly PublishedPort[];
  /** Ports asked for by hand: `ADDRESS:HOSTPORT:NODEPORT/PROTOCOL`. */
  readonly manual: readonly string[];
  /** Of a node that can be served. */
  readonly running?: { readonly place: NodePlace; readonly access: Access };
}

/** One that can be served. */
export type RunningNode = SeenNode & Required<Pick<SeenNode, 'running'>>;

/** What a look at all engines of this user has shown. */
export interface Look {
  /** Engines that answered: of others nothing is known. */
  readonly engines: readonly string[];
  readonly nodes: readonly SeenNode[];
}
