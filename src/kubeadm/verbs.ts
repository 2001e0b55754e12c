import { createHash, X509Certificate } from 'node:crypto';
import type { NodeConfig } from '../config/types.ts';
import { mask } from '../core/command.ts';
import { RkubeError } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import { type Run } from '../core/run.ts';
import type { NodeContainer } from '../node/container.ts';
import { initDocuments, joinDocuments } from './documents.ts';
import { OPERATION_INPUT, operate, stopOperation } from './operation.ts';
import { type Ticket, ticketSecrets } from './ticket.ts';

/** kubeadm itself gives up on the control plane after 4 minutes, and then on the API after 3. */
const KUBEADM_MS = 600_000;
const ADMIN = '/etc/kubernetes/admin.conf';
/** kubeadm asks no API without one. */
const NO_KUBECONFIG = '/run/rkube/none.conf';

/** Version of Kubernetes in the node's image: `v1.36.3`. */
export async function nodeVersion(node: NodeContainer, dry: string): Promise<string> {
  // Both node images carry the version in their tag, which is cheaper to read than to ask kubeadm.
  const tag = /:(v\d+\.\d+\.\d+)(?:@|$)/.exec((await node.state())?.image ?? '')?.[1];
  if (tag !== undefined) return tag;
  const version = await node.run(['kubeadm', 'version', '-o', 'short'], {
    doing: 'kubeadm version',
    effect: 'read',
    dry,
  });
  return version.trim();
}

/** Runs `kubeadm init`; its own phases show as progress. */
export async function kubeadmInit(run: Run, node: NodeContainer, config: NodeConfig): Promise<void> {
  await operate(node, ['kubeadm', 'init', '--config', OPERATION_INPUT], {
    doing: 'kubeadm init',
    input: initDocuments(config, node.engine.info.rootless),
    timeoutMs: KUBEADM_MS,
    next: 'See `rkube logs` for the kubelet and containerd.',
    onLine: phases(run, 'kubeadm init'),
  });
}

/** Runs `kubeadm join` with a ticket. */
export async function kubeadmJoin(run: Run, node: NodeContainer, config: NodeConfig, ticket: Ticket): Promise<void> {
  await operate(node, ['kubeadm', 'join', '--config', OPERATION_INPUT], {
    doing: 'kubeadm join',
    input: joinDocuments(config, ticket, node.engine.info.rootless),
    secrets: ticketSecrets(ticket),
    timeoutMs: KUBEADM_MS,
    next: 'See `rkube logs` for the kubelet and containerd.',
    onLine: phases(run, 'kubeadm join', ticketSecrets(ticket)),
  });
}

/**
 * Ends a running operation and takes the node back to what it was before init or join. Images stay.
 * @param leftEtcd its API has no etcd any more, and kubeadm need not ask it
 */
export async function kubeadmReset(node: NodeContainer, { leftEtcd = false } = {}): Promise<void> {
  await stopOperation(node);
  const argv = ['kubeadm', 'reset', '--force', '--cri-socket', 'unix:///run/containerd/containerd.sock'];
  await node.run(leftEtcd ? [...argv, '--kubeconfig', NO_KUBECONFIG] : argv, {
    doing: 'kubeadm reset',
    effect: 'write',
    // Leaves time for the rest of a clean-up (cluster/steps.ts) when etcd does not answer.
    timeoutMs: 60_000,
  });
  // What kubeadm reset names but leaves to the user.
  await node.run(['rm', '-rf', '/etc/cni/net.d/10-flannel.conflist', '/run/flannel', '/var/lib/cni', '/var/lib/etcd'], {
    doing: 'Removing what kubeadm reset leaves',
    effect: 'write',
  });
  await node.try(['ip', 'link', 'delete', 'flannel.1'], { effect: 'write' });
}

/** A new bootstrap token that lives `ttlSeconds`. */
export async function createToken(node: NodeContainer, ttlSeconds: number): Promise<string> {
  const output = await node.run(
    [
      'kubeadm',
      'token',
      'create',
      '--kubeconfig',
      ADMIN,
      '--ttl',
      `${ttlSeconds}s`,
      '--description',
      'rkube join ticket',
    ],
    { doing: 'kubeadm token create', effect: 'write', dry: 'dry0ok.0000000000000000' },
  );
  return required(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/.exec(output)?.[0], 'a token from `kubeadm token create`', output);
}

/** Uploads the control plane's certificates, encrypted; returns the key. kubeadm deletes them after two hours. */
export async function uploadCertificates(node: NodeContainer, config: NodeConfig): Promise<string> {
  // Without documents kubeadm asks the API at the address of the default route, which is the engine's in a translated
  // node and not in the API's certificate, and asks the internet for the newest version.
  const argv = ['kubeadm', 'init', 'phase', 'upload-certs', '--upload-certs', '--config', '/dev/stdin'];
  const output = await node.run([...argv, '--kubeconfig', ADMIN], {
    doing: 'kubeadm init phase upload-certs',
    stdin: initDocuments(config, node.engine.info.rootless),
    effect: 'write',
    dry: '0'.repeat(64),
  });
  return required(/\b[0-9a-f]{64}\b/.exec(output)?.[0], 'a certificate key from kubeadm', output);
}

/** kubeadm's discovery hash: SHA-256 of the CA's public key in SPKI form. */
export function caCertHash(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

function required(found: string | undefined, what: string, got: string): string {
  if (found !== undefined) return found;
  throw new RkubeError({
    id: 'unexpected-output',
    message: `Expected ${what}, got ${got.length} characters without one`,
  });
}

/** kubeadm prints `[phase] what it does`: hands that on as progress, without secrets. */
function phases(run: Run, step: string, secrets: readonly string[] = []): (line: string) => void {
  return (line) => {
    if (/^\[[\w-]+\]/.test(line)) report(run.reporter, 'info', mask(line, secrets), step);
  };
}
