import type { KubeClient } from './client.ts';
import { follow } from './watch.ts';

// Where the control planes are, as they tell it themselves: each API server writes its address into the EndpointSlice of the
// Service `kubernetes`, and takes out those that are gone. Nodes may read it (kubeadm/agent.yaml).

const PATH = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const QUERY = 'fieldSelector=metadata.name%3Dkubernetes&';

/** Nothing waits for it, and clusters of an earlier rkube refuse it. Milliseconds. */
const PAUSES = { first: 1_000, longest: 60_000 };

/** The part of a Kubernetes EndpointSlice that is read. */
export interface EndpointSlice {
  readonly metadata: { readonly uid: string };
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[] | null;
}

/** Follows the addresses of the control planes until the signal aborts. */
export function followPlanes(
  client: KubeClient,
  told: (addresses: readonly string[]) => void,
  signal: AbortSignal,
): void {
  const read = ({ endpoints }: Partial<EndpointSlice>): void =>
    told((endpoints ?? []).flatMap(({ addresses }) => addresses).toSorted());
  const watcher = {
    onAll: ([slice = {}]: readonly Partial<EndpointSlice>[]) => read(slice),
    onChange: (kind: string, slice: EndpointSlice) => read(kind === 'DELETED' ? {} : slice),
    onState: () => {},
  };
  void follow<EndpointSlice>(client, PATH, QUERY, watcher, signal, PAUSES);
}
