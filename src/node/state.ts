import type { RawConfig, Role } from '../config/types.ts';
import { RkubeError } from '../core/errors.ts';
import type { NodeContainer } from './container.ts';
import { keep, writeNode } from './files.ts';

/** How far the node has come. `joining` and `initializing` that nobody works on are leftovers of a crash. */
export type Phase = 'empty' | 'initializing' | 'joining' | 'member';

/** What the node must know about itself, kept on its own volume so that it survives everything. */
export interface NodeState {
  readonly phase: Phase;
  readonly role: Role;
  /** Host address this node owns. */
  readonly address: string;
  /** What the cluster runs, as the node's own kubeadm says; '' while empty. */
  readonly kubernetesVersion: string;
  /** Name of the Kubernetes API that all nodes use; '' while empty. */
  readonly endpoint: string;
  /** Host addresses of the control planes this node knows. */
  readonly controlPlanes: readonly string[];
  /** UDP port of VXLAN. */
  readonly flannelPort: number;
  readonly softwareVxlanChecksum: boolean;
  /** Bytes of the largest packet between hosts, as the first control plane set it; 0 elsewhere. */
  readonly mtu: number;
  /** Bytes of the largest packet that this node's paths carry, where that is less than the cluster's. */
  readonly pathMtu?: number;
  /** What its container was made with, for when that is gone; absent on nodes that an earlier rkube prepared last. */
  readonly made?: Made;
  /** Host address that live ports listen on; '' for the node's own. Absent from nodes of an earlier rkube. */
  readonly listen?: string;
  /** The address before a move to `address` that is not complete (src/cluster/move/). */
  readonly movedFrom?: string;
}

export interface Made {
  readonly role: Role;
  readonly settings: RawConfig;
}

/** On the node's volume. */
export const STATE = '/var/lib/rkube/state.json';

/** The address that what is in the node may still name, when it is to have this one; undefined when all is well. */
export function movedFrom(known: NodeState | undefined, address: string): string | undefined {
  if (known === undefined || known.phase !== 'member') return undefined;
  return known.movedFrom ?? (known.address === address ? undefined : known.address);
}

/** undefined when the node was never prepared. */
export async function readState(node: NodeContainer): Promise<NodeState | undefined> {
  const text = await node.readFile(STATE);
  return text === undefined ? undefined : parseState(text);
}

/** @throws RkubeError `state-damaged` for what rkube has not written */
export function parseState(text: string): NodeState {
  try {
    return JSON.parse(text) as NodeState;
  } catch (cause) {
    throw new RkubeError({
      id: 'state-damaged',
      message: `What rkube noted of this node, ${STATE}, is damaged: ${text.length} characters that are not JSON`,
      next: 'Remove the node with `rkube delete` and make it anew',
      cause,
    });
  }
}

/** Puts rkube's files and this state into the running node, and applies them. Safe to repeat. */
export async function writeState(node: NodeContainer, state: NodeState): Promise<void> {
  await writeNode(node, { [STATE]: text(state), '/var/lib/rkube/node.env': environment(state) });
}

/** Notes how far the node has come, without applying anything anew. */
export async function markState(node: NodeContainer, state: NodeState): Promise<void> {
  await keep(node);
  await node.writeFile(STATE, text(state), `Noting the state in ${STATE}`);
}

const text = (state: NodeState): string => `${JSON.stringify(state, undefined, 2)}\n`;

/** The state as the node's start script reads it (compose/node/…/node-start). Values need no quoting by validation. */
export function environment(state: NodeState): string {
  return [
    `RKUBE_ADDRESS=${state.address}`,
    `RKUBE_ENDPOINT=${state.endpoint}`,
    `RKUBE_ENDPOINTS="${state.controlPlanes.join(' ')}"`,
    `RKUBE_ANSWERS=${answers(state) ? 'peers' : ''}`,
    `RKUBE_FLANNEL_PORT=${state.flannelPort}`,
    `RKUBE_PATH_MTU=${state.pathMtu ?? ''}`,
    `RKUBE_VXLAN_CHECKSUM=${state.softwareVxlanChecksum ? 'software' : ''}`,
    '',
  ].join('\n');
}

/** A control plane answers nodes that are to join; one that is to join itself asks, by the same device. */
const answers = ({ role, phase }: NodeState): boolean =>
  role === 'control-plane' && (phase === 'initializing' || phase === 'member');
