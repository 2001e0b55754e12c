// Nodes and pods as rkube shows them, from `kubectl -o json`.

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly creationTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string; readonly taints?: readonly { key: string; effect: string }[] };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { type: string; address: string }[];
    readonly nodeInfo?: { readonly kubeletVersion: string };
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      ready: boolean;
      restartCount: number;
      state?: { waiting?: { reason?: string } };
    }[];
  };
}

export interface KubeList {
  readonly items: readonly KubeObject[];
}

export interface NodeRow {
  readonly name: string;
  readonly ready: boolean;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
  readonly version: string;
  /** The kubelet's words when not Ready. */
  readonly message: string;
}

export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  /** Phase, or why a container waits: `CrashLoopBackOff`. */
  readonly state: string;
  readonly restarts: number;
  /** Running with all containers ready, or completed. */
  readonly well: boolean;
}

/** The nodes among the objects. */
export function nodeRows(items: readonly KubeObject[]): readonly NodeRow[] {
  return items
    .filter(({ kind }) => kind === 'Node')
    .map(({ metadata, status }) => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return {
        name: metadata.name,
        ready: ready?.status === 'True',
        role: 'node-role.kubernetes.io/control-plane' in (metadata.labels ?? {}) ? 'control-plane' : 'worker',
        address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
        version: status?.nodeInfo?.kubeletVersion ?? '',
        message: ready?.status === 'True' ? '' : (ready?.message ?? 'the kubelet has not reported yet'),
      };
    });
}

/** The pods among the objects. */
export function podRows(items: readonly KubeObject[]): readonly PodRow[] {
  return items
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata, spec, status }) => {
      const containers = status?.containerStatuses ?? [];
      const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
      const phase = status?.phase ?? 'Unknown';
      return {
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        node: spec?.nodeName ?? '',
        state: waiting ?? phase,
        restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
        well: phase === 'Succeeded' || (phase === 'Running' && containers.every(({ ready }) => ready)),
      };
    });
}
