import { awaitCondition, type Run } from '../core/run.ts';
import { done, notYet, type Observation } from '../core/wait.ts';
import type { NodeContainer } from '../node/container.ts';
import { askClusterDns, PROBE_NAME } from './dns.ts';
import { KUBECONFIG, kubectlArgv } from './kubectl.ts';

/** Flannel starts, then the kubelet reports Ready; images may have to come from a registry. */
const READY_MS = 300_000;
/** One `kubectl wait` waits inside the node, which is cheaper than asking again and again. Seconds. */
const PATIENCE_S = 30;
/** Annotation of flanneld's, as jsonpath wants it. */
const PUBLIC_IP = String.raw`flannel\.alpha\.coreos\.com/public-ip`;

/** Waits until the API server serves: that of a control plane which has just booted does not yet. */
export async function waitForApi(run: Run, node: NodeContainer): Promise<void> {
  const argv = kubectlArgv(KUBECONFIG.admin, ['get', '--raw', '/readyz']);
  await awaitCondition(
    run,
    {
      describe: 'the API server of this control plane to be ready',
      deadlineMs: READY_MS,
      next: 'See `rkube status`, and `rkube logs` here.',
      probe: () => succeeds(node, argv, PATIENCE_S),
    },
    true,
  );
}

/** Waits until Kubernetes calls the node Ready. */
export async function waitForNode(
  run: Run,
  node: NodeContainer,
  name: string,
  kubeconfig: string = KUBECONFIG.admin,
): Promise<void> {
  await waitForCondition(run, node, name, 'Ready', 'condition=Ready', kubeconfig);
}

async function waitForCondition(
  run: Run,
  node: NodeContainer,
  name: string,
  what: string,
  condition: string,
  kubeconfig: string,
): Promise<void> {
  const argv = kubectlArgv(kubeconfig, ['wait', `--for=${condition}`, `node/${name}`, `--timeout=${PATIENCE_S}s`]);
  await awaitCondition(
    run,
    {
      describe: `node ${name} to be ${what}`,
      deadlineMs: READY_MS,
      next: 'See `rkube kubectl get pods -A` on a control plane, and `rkube logs` here.',
      probe: () => succeeds(node, argv, PATIENCE_S + 30),
    },
    true,
  );
}

/** Waits until the node is Ready at this address, and Flannel tells the other nodes of it. */
export async function waitForAddress(
  run: Run,
  node: NodeContainer,
  name: string,
  address: string,
  kubeconfig: string,
): Promise<void> {
  const steps = [
    [`known at ${address}`, `jsonpath={.status.addresses[?(@.type=="InternalIP")].address}=${address}`],
    [`at ${address} for Flannel`, `jsonpath={.metadata.annotations.${PUBLIC_IP}}=${address}`],
    [`Ready at ${address}`, 'condition=Ready'],
  ] as const;
  for (const [what, condition] of steps) await waitForCondition(run, node, name, what, condition, kubeconfig);
}

/** Waits until the cluster's DNS answers at its service address. */
export async function waitForDns(run: Run, node: NodeContainer, serviceSubnet: string): Promise<void> {
  const server = dnsAddress(serviceSubnet);
  await awaitCondition(
    run,
    {
      describe: `cluster DNS at ${server} to resolve ${PROBE_NAME}`,
      deadlineMs: READY_MS,
      intervalMs: 100,
      next: 'See `rkube kubectl -n kube-system get pods -l k8s-app=kube-dns`.',
      probe: async () => {
        const { ok, seen } = await askClusterDns(node, server);
        return ok ? done(true) : notYet(seen);
      },
    },
    true,
  );
}

/** kubeadm gives DNS the tenth address of the service range. */
export function dnsAddress(serviceSubnet: string): string {
  const [network = ''] = serviceSubnet.split('/');
  const bytes = network.split('.').map(Number);
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0) + 10;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

async function succeeds(node: NodeContainer, argv: readonly string[], seconds: number): Promise<Observation<true>> {
  const result = await node.try(argv, { effect: 'read', timeoutMs: seconds * 1000 });
  return result.exitCode === 0 ? done(true) : notYet(lastLine(result.stderr) || 'no answer from the API');
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
