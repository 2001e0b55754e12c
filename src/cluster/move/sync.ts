import { lockNode, type Site } from '../site.ts';
import type { Steps } from '../steps.ts';
import { follow } from './follow.ts';
import { move } from './move.ts';

export interface SyncOptions {
  /** Addresses of all control planes, where they have moved; else empty. */
  readonly controlPlanes: readonly string[];
  readonly ignore: readonly string[];
}

export interface SyncResult {
  readonly cluster: string;
  readonly node: string;
  readonly address: string;
  /** Address before; undefined where the node had this one already. */
  readonly from: string | undefined;
  readonly role: string;
  readonly controlPlanes: readonly string[];
  /** Names of nodes that ask this control plane where it was, until they are told. */
  readonly tell: readonly string[];
}

/** `rkube sync`: the node has the address that its host has, and knows the control planes where they are. */
export async function sync(site: Site, steps: Steps, { controlPlanes, ignore }: SyncOptions): Promise<SyncResult> {
  const { cluster, node, address } = site.config;
  await lockNode(site);
  const { from, state, tell } = await move(site, steps, { controlPlanes, ignore });
  const now = controlPlanes.length > 0 && from === undefined ? await follow(site, steps, state, controlPlanes) : state;
  return { cluster, node, address, from, role: now.role, controlPlanes: now.controlPlanes, tell };
}
