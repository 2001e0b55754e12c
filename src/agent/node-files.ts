import { parse } from 'yaml';
import { messageOf, RkubeError } from '../core/errors.ts';
import type { NodeContainer } from '../node/container.ts';
import { type NodeState, STATE } from '../node/state.ts';
import { MANUAL_PORTS, readManual } from './manual.ts';
import type { Access } from './seen.ts';

const KUBELET = '/etc/kubernetes/kubelet.conf';
/** Link and address that the engine gave the node at its start (compose/node/usr/local/lib/rkube/node-start). */
const GIVEN = '/run/rkube/given';
const FILES = [STATE, KUBELET, '/var/lib/kubelet/pki/kubelet-client-current.pem', MANUAL_PORTS, GIVEN] as const;
/** Stands in none of the files. */
const MARK = '=== rkube-agent ===';

/** What the files of a node tell. */
interface Known {
  readonly state: NodeState;
  /** The node's own; '' where it is no member yet. */
  readonly kubeconfig: string;
  /** PEM of certificate and key, as the kubelet renews them; '' where it is no member yet. */
  readonly certificate: string;
  readonly manual: readonly string[];
  /** Its address on the engine's network; '' where it could not note one. nerdctl tells whatever the link has now. */
  readonly given: string;
}

/** One command in the node: each takes up to a second on a busy host. @throws RkubeError `unexpected-output` */
export async function readNode(node: Pick<NodeContainer, 'run'>): Promise<Known> {
  const script = 'mark=$1; shift; for file; do cat "$file" 2>/dev/null; echo; echo "$mark"; done';
  const text = await node.run(['sh', '-c', script, 'sh', MARK, ...FILES], {
    doing: 'Reading the node',
    effect: 'read',
  });
  return parseFiles(text);
}

/** @throws RkubeError `unexpected-output` for an answer that is not whole, or a state that is not */
export function parseFiles(text: string): Known {
  const parts = text.split(MARK).map((part) => part.trim());
  // After each file stands a mark.
  if (parts.length !== FILES.length + 1)
    throw unexpected(`its answer has ${parts.length - 1} of ${FILES.length} files`);
  const [state = '', kubeconfig = '', certificate = '', manual = '', link = ''] = parts;
  const [, given = ''] = link.split(' ');
  return { state: parseState(state), kubeconfig, certificate, manual: readManual(manual), given };
}

function parseState(text: string): NodeState {
  try {
    return JSON.parse(text || '{"phase":"empty"}') as NodeState;
  } catch (cause) {
    throw unexpected(`${STATE} is not whole: ${messageOf(cause)}`);
  }
}

/** Without the text: it may hold the key. */
const unexpected = (what: string): RkubeError =>
  new RkubeError({ id: 'unexpected-output', message: `Reading the node: ${what}` });

/** The node's own identity, `system:node:NAME`: it may read Services, and make Events. */
export function accessOf({ state, kubeconfig, certificate }: Known): Access {
  const { clusters = [] } = (parse(kubeconfig) ?? {}) as {
    clusters?: { cluster: { server: string; 'certificate-authority-data': string } }[];
  };
  const cluster = clusters[0]?.cluster;
  if (cluster === undefined) throw unexpected(`${KUBELET} names no cluster`);
  const own = state.role === 'control-plane' ? [state.address] : [];
  return {
    // kubelet.conf of a control plane may name its address; every API has a certificate for the endpoint.
    name: state.endpoint,
    port: Number(new URL(cluster.server).port || 443),
    addresses: [...new Set([...own, ...state.controlPlanes])],
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    certificate,
    token: '',
  };
}
