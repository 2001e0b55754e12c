import * as z from 'zod/mini';
import type { NodeConfig } from '../../config/types.ts';
import { NETWORKS } from '../../engine/network/index.ts';
import type { EngineInfo } from '../../engine/types.ts';
import { hostMtu } from '../../host/mtu.ts';
import type { Host } from '../../host/types.ts';
import { program } from '../network/probe.ts';
import { inUse } from '../network/run.ts';
import { readFirewall } from './firewall.ts';

/** What a host tells of itself to one that would join it: `rkube doctor --facts`. */
export const Facts = z.object({
  node: z.string(),
  address: z.string(),
  networks: z.readonly(
    z.array(z.object({ interface: z.string(), address: z.string(), prefix: z.number(), defaultRoute: z.boolean() })),
  ),
  /** Milliseconds since 1970. */
  now: z.number(),
  kubernetesVersion: z.string(),
  podSubnet: z.string(),
  serviceSubnet: z.string(),
  /** UDP, of VXLAN. */
  vxlanPort: z.number(),
  /** TCP ports of a node that others connect to. */
  tcpPorts: z.array(z.number()),
  /** Bytes of a full packet that leaves the host, as far as it knows. */
  mtu: z.number(),
  firewall: z.optional(
    z.object({
      name: z.enum(['firewalld', 'ufw']),
      zone: z.string(),
      open: z.optional(z.readonly(z.array(z.string()))),
    }),
  ),
  /** The command that starts an end of a try (scripts/network/probe.mjs) where a node would run, with its ports open. */
  inside: z.optional(z.object({ argv: z.array(z.string()), env: z.record(z.string(), z.string()) })),
  /** Why there is none; '' when there is. */
  insideProblem: z.string(),
});
export type Facts = z.infer<typeof Facts>;

export async function readFacts(host: Host, config: NodeConfig, engine: EngineInfo, nodeRuns: boolean): Promise<Facts> {
  const { node, address, ports, kubernetesVersion, podSubnet, serviceSubnet } = config;
  const [networks, firewall] = await Promise.all([host.addresses(), readFirewall(host, address)]);
  const tcpPorts = [ports.kubelet, ports.apiserver];
  return {
    ...{ node, address, networks, kubernetesVersion, podSubnet, serviceSubnet, firewall },
    vxlanPort: ports.flannel,
    tcpPorts,
    mtu: config.mtu || (await hostMtu(host, address)),
    ...(nodeRuns
      ? { insideProblem: `node ${node} runs and holds its ports` }
      : await inside(host, engine, address, [...tcpPorts, ports.flannel])),
    now: Date.now(),
  };
}

/** A namespace behind the engine's own network driver, with these ports published as a node's are. */
async function inside(
  host: Host,
  engine: EngineInfo,
  address: string,
  ports: readonly number[],
): Promise<Pick<Facts, 'inside' | 'insideProblem'>> {
  const setup = NETWORKS[engine.kind];
  const driver = (await setup.drivers(host)).find((each) => each.problem === '' && inUse(engine, each));
  if (driver === undefined)
    return { insideProblem: `the network driver of ${engine.kind} cannot be started by itself` };
  const taken: string[] = [];
  for (const port of ports) if ((await host.tryListen(address, port, 'tcp')) !== '') taken.push(`${port}/tcp`);
  if (taken.length > 0) return { insideProblem: `another process holds ${taken.join(', ')}` };
  const node = process.execPath;
  const folders = node.startsWith('/usr/') ? [] : [node.slice(0, node.lastIndexOf('/'))];
  const { file, args } = driver.inside({ argv: program(node), folders, address, ports });
  return { inside: { argv: [file, ...args], env: { ...(await setup.environment(host)) } }, insideProblem: '' };
}
