import { RkubeError, usageError } from '../../core/errors.ts';
import type { NodeState } from '../../node/state.ts';
import { get } from '../../preflight/peer/https.ts';
import type { Site } from '../site.ts';
import { otherNodes } from './others.ts';

/** Of etcd's members among themselves; kubeadm fixes it. */
const ETCD_PEERS = 2380;

export function rejectNoNode({ config }: Site): never {
  throw new RkubeError({
    id: 'no-node',
    message: `Node ${config.node} of cluster ${config.cluster} does not exist on this host: nothing to move`,
    next: '`rkube init` or `rkube join` makes it.',
  });
}

export function rejectNotRunning({ config }: Site, what: 'is stopped' | 'has lost its container'): never {
  throw new RkubeError({
    id: 'node-not-running',
    message: `Node ${config.node} of cluster ${config.cluster} ${what}, and has ${config.address} as this host has`,
    next: '`rkube up` brings it up.',
  });
}

/**
 * What can be told before anything is changed: that another node has the address, or that etcd would not go on.
 * A node that does not run tells less.
 */
export async function rejectHopeless(site: Site, known: NodeState | undefined): Promise<void> {
  const { config } = site;
  if (known?.phase !== 'member') return;
  const nodes = (await otherNodes(site)) ?? [];
  const others = known.controlPlanes.filter((address) => address !== known.address && address !== known.movedFrom);
  const holder = nodes.find(({ address }) => address === config.address)?.name;
  if (holder !== undefined || others.includes(config.address)) rejectTaken(site, holder);
  const peers = nodes.filter(({ role }) => role === 'control-plane').map(({ address }) => address);
  if (known.role === 'control-plane') await rejectNoQuorum(site, peers.length > 0 ? peers : others);
}

function rejectTaken({ config }: Site, holder: string | undefined): never {
  throw usageError({
    id: 'address-taken',
    message: `Address ${config.address} is that of ${holder === undefined ? 'a control plane' : `node ${holder}`} of cluster ${config.cluster}`,
    next: 'Take another address of this host: `rkube sync --address ADDRESS`.',
  });
}

/**
 * The member that moved dials the others where it knows them, and tells them by what most of them agree to. So of n
 * members n/2 others must be where they were.
 */
async function rejectNoQuorum({ run, config }: Site, peers: readonly string[]): Promise<void> {
  const needed = Math.floor((peers.length + 1) / 2);
  if (run.dryRun || needed === 0) return;
  const { signal } = run.lifetime;
  const tried = await Promise.all(
    peers.map(async (host) => ({ host, reply: await get({ host, port: ETCD_PEERS, signal }) })),
  );
  const silent = tried.filter(({ reply }) => !reply.reached);
  if (peers.length - silent.length >= needed) return;
  throw new RkubeError({
    id: 'etcd-quorum',
    message: `Node ${config.node} is one of ${peers.length + 1} control planes: etcd takes its new address when ${needed} of the others ${needed === 1 ? 'answers' : 'answer'}, and ${peers.length - silent.length} do`,
    details: silent.map(({ host, reply }) => `${host}:${ETCD_PEERS}/tcp: ${reply.problem}`),
    next:
      'Start them (`rkube up` there), then `rkube sync` here. Where their hosts moved too: give all but one their old ' +
      'addresses back for the while, and move one after the other.',
  });
}
