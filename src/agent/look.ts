import { parse } from 'yaml';
import { site } from '../cluster/site.ts';
import { rawLayer } from '../config/layers.ts';
import { resolveConfig } from '../config/resolve.ts';
import { ENGINE_KINDS, type RawConfig, type Role } from '../config/types.ts';
import { messageOf } from '../core/errors.ts';
import type { Run } from '../core/run.ts';
import { detectEngine, mayAnswer } from '../engine/detect.ts';
import type { ContainerEngine, ContainerState } from '../engine/types.ts';
import type { Host } from '../host/types.ts';
import type { NodeContainer } from '../node/container.ts';
import { LABEL } from '../node/names.ts';
import { publishedPorts } from '../node/spec.ts';
import type { NodeState } from '../node/state.ts';
import { forwarderPlace } from './forward/place.ts';
import { MANUAL_PORTS, readManual } from './manual.ts';
import type { Access, Look, SeenNode } from './seen.ts';

/** Asks all engines of this user for rkube's nodes, and each node for what the agent must know. Changes nothing. */
export async function look(run: Run, host: Host): Promise<Look> {
  const found = await Promise.all(ENGINE_KINDS.map((kind) => lookAt(run, host, kind)));
  const answered = found.filter((each) => each !== undefined);
  return { engines: answered.map(({ engine }) => engine), nodes: answered.flatMap(({ nodes }) => nodes) };
}

async function lookAt(
  run: Run,
  host: Host,
  kind: (typeof ENGINE_KINDS)[number],
): Promise<{ engine: string; nodes: readonly SeenNode[] } | undefined> {
  if (!(await mayAnswer(host, kind))) return undefined;
  try {
    const engine = await detectEngine(host, { engine: kind, allowRootful: false });
    const names = await engine.ask(engine.dialect.listContainers(LABEL.cluster));
    const nodes: SeenNode[] = [];
    for (const name of names) {
      const container = await engine.ask(engine.dialect.inspectContainer(name));
      if (container !== undefined) nodes.push(await lookInto(run, host, engine, container));
    }
    return { engine: kind, nodes };
  } catch {
    // Not installed, not running, not rootless: nothing is known of its nodes.
    return undefined;
  }
}

async function lookInto(run: Run, host: Host, engine: ContainerEngine, container: ContainerState): Promise<SeenNode> {
  const { labels, name } = container;
  const raw = JSON.parse(labels[LABEL.config] ?? '{}') as RawConfig;
  const role: Role = labels[LABEL.role] === 'worker' ? 'worker' : 'control-plane';
  const seen: SeenNode = {
    cluster: labels[LABEL.cluster] ?? '',
    node: labels[LABEL.node] ?? '',
    engine: engine.dialect.kind,
    container: name,
    role,
    address: raw.address ?? '',
    listen: raw.address ?? '',
    runs: container.status === 'running',
    problem: `the container is ${container.status}`,
    published: [],
    manual: [],
  };
  if (!seen.runs) return seen;
  try {
    const fixed = [rawLayer(raw, `node ${seen.node}`)];
    const config = await resolveConfig({ flags: {}, env: {}, file: new Map(), hostname: host.hostname, fixed });
    const there = site(run, host, engine, config);
    const { state, kubeconfig, certificate, manual } = await read(there.node);
    const { address } = state;
    const listen = state.listen || address;
    const known = { ...seen, role: state.role, address, listen, manual };
    const published = publishedPorts({ ...config, address }, role, engine.info.features);
    if (state.phase !== 'member' || certificate === '') return { ...known, problem: 'not a member of a cluster yet' };
    const place = await forwarderPlace({ ...there, config: { ...config, address } });
    const access = accessOf(state, kubeconfig, certificate);
    return { ...known, published, problem: '', running: { place, access } };
  } catch (error) {
    return { ...seen, problem: messageOf(error) };
  }
}

const STATE = '/var/lib/rkube/state.json';
const FILES = [
  STATE,
  '/etc/kubernetes/kubelet.conf',
  '/var/lib/kubelet/pki/kubelet-client-current.pem',
  MANUAL_PORTS,
] as const;
/** Stands in none of the files. */
const MARK = '=== rkube-agent ===';

/** One command in the node: each takes up to a second on a busy host. */
async function read(node: NodeContainer) {
  const script = 'mark=$1; shift; for file; do cat "$file" 2>/dev/null; echo; echo "$mark"; done';
  const text = await node.run(['sh', '-c', script, 'sh', MARK, ...FILES], {
    doing: 'Reading the node',
    effect: 'read',
  });
  const [state = '', kubeconfig = '', certificate = '', manual = ''] = text.split(MARK).map((part) => part.trim());
  return {
    state: JSON.parse(state || '{"phase":"empty"}') as NodeState,
    kubeconfig,
    certificate,
    manual: readManual(manual),
  };
}

/** The node's own identity, `system:node:NAME`: it may read Services, and make Events. */
function accessOf(state: NodeState, kubeconfig: string, certificate: string): Access {
  const { clusters } = parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  };
  const cluster = clusters[0]?.cluster ?? { server: '', 'certificate-authority-data': '' };
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
