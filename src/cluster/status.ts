import { messageOf, RkubeError } from '../core/errors.ts';
import type { ContainerState } from '../engine/types.ts';
import { type Diagnosis, diagnoseNode } from '../explain/diagnose.ts';
import { KUBECONFIG, kubectlArgv } from '../kube/kubectl.ts';
import { type KubeList, type NodeRow, nodeRows, type PodRow, podRows } from '../kube/rows.ts';
import { type NodeState, readState } from '../node/state.ts';
import type { Site } from './site.ts';

export interface Status {
  readonly cluster: string;
  readonly node: string;
  readonly address: string;
  readonly engine: string;
  /** `absent` when there is no node container. */
  readonly container: ContainerState['status'] | 'absent';
  readonly image: string;
  readonly phase: NodeState['phase'] | 'unknown';
  readonly role: NodeState['role'] | 'unknown';
  /** undefined when the API could not be asked; `problem` then says why. */
  readonly nodes: readonly NodeRow[] | undefined;
  /** Pods that are not well; workers cannot list pods. */
  readonly ailingPods: readonly PodRow[] | undefined;
  readonly problem: string;
  /** Why this host's node is not well, the most likely first; absent where all is well, or nobody looked (--watch). */
  readonly causes?: readonly Diagnosis[];
}

/** A status with all pods, well or not; undefined where they cannot be listed. */
export interface Observed extends Status {
  readonly pods: readonly PodRow[] | undefined;
}

/** `rkube status`: what is here, and what the cluster says. Reads only. */
export async function status(site: Site): Promise<Status> {
  const { pods: _, ...shown } = await observe(site, await site.node.state());
  return isAiling(shown) ? { ...shown, causes: await diagnoseNode(site.node) } : shown;
}

/** Whether something is wrong that can be looked for in this host's node. One that tells nothing of itself is ill, too. */
function isAiling({ problem, node, container, phase, nodes = [], ailingPods = [] }: Status): boolean {
  if (container === 'running' && phase === 'unknown') return true;
  const unready = nodes.some(({ name, ready }) => name === node && !ready);
  return problem !== '' || unready || ailingPods.some((pod) => pod.node === node || pod.node === '');
}

/** The status of a node whose container is known to be so. */
export async function observe(site: Site, container: ContainerState | undefined): Promise<Observed> {
  const { config, engine, node } = site;
  const running = container?.status === 'running';
  const [state, problem] = running ? await readPhase(node) : [undefined, ''];
  const cluster = state?.phase === 'member' ? await askCluster(site, state) : { problem };
  return {
    cluster: config.cluster,
    node: config.node,
    address: config.address,
    engine: `${engine.info.kind} ${engine.info.version}`,
    container: container?.status ?? 'absent',
    image: container?.image ?? '',
    phase: state?.phase ?? 'unknown',
    role: state?.role ?? 'unknown',
    nodes: undefined,
    ailingPods: undefined,
    pods: undefined,
    ...cluster,
  };
}

/** The node's state, and why it could not be read: a status tells of both. */
async function readPhase(node: Site['node']): Promise<[NodeState | undefined, string]> {
  return readState(node).then(
    (state) => [state, ''],
    (error: unknown) => [
      undefined,
      [messageOf(error), ...(error instanceof RkubeError ? error.details.slice(-1) : [])].join(': '),
    ],
  );
}

async function askCluster(site: Site, state: NodeState): Promise<Pick<Status, 'problem'> & Partial<Observed>> {
  const admin = state.role === 'control-plane';
  const what = admin ? ['get', 'nodes,pods', '-A'] : ['get', 'node', site.config.node];
  const argv = kubectlArgv(admin ? KUBECONFIG.admin : KUBECONFIG.kubelet, [
    ...what,
    '-o',
    'json',
    '--request-timeout=15s',
  ]);
  const result = await site.node.try(argv, { effect: 'read', timeoutMs: 40_000 });
  if (result.exitCode !== 0) return { problem: result.stderr.trim().split('\n').at(-1) ?? 'the API did not answer' };
  const answer = JSON.parse(result.stdout) as KubeList | KubeList['items'][number];
  const items = 'items' in answer ? answer.items : [answer];
  const pods = admin ? podRows(items) : undefined;
  return {
    problem: '',
    nodes: nodeRows(items),
    pods,
    ailingPods: pods?.filter(({ well }) => !well),
  };
}
