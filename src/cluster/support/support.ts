import type { CommandRunner } from '../../core/command.ts';
import { commandError, messageOf } from '../../core/errors.ts';
import { rkubeOverSsh } from '../../host/ssh.ts';
import type { Steps } from '../steps.ts';
import { pack } from './archive.ts';
import { files, type Index, makeIndex, type Part, partOf } from './bundle.ts';
import { readHost, readNode, type Scene } from './here.ts';

/** Milliseconds that another host may take. */
const PEER_MS = 180_000;

/** `rkube support`: reads this host and the peers, and makes one archive of it. Changes nothing. */
export async function support(
  scene: Scene,
  steps: Steps,
  peers: readonly string[],
): Promise<{ index: Index; archive: Uint8Array }> {
  const { host, config, site } = scene;
  const entries = [...(await steps.step('Read this host', () => readHost(scene)))];
  let nodes: readonly string[] = [];
  if (site !== undefined) {
    const found = await steps.step('Read the node', () => readNode(site));
    entries.push(...found.entries);
    nodes = found.status?.nodes?.map(({ name }) => name) ?? [];
  }
  const parts: Part[] = [{ host: host.hostname, node: config.node, entries }];
  for (const peer of peers) {
    parts.push(await steps.step(`Read ${peer} by ssh`, () => readPeer(host.runner, peer, config.cluster)));
  }
  const index = makeIndex(parts, nodes);
  return { index, archive: await pack(files(parts, index)) };
}

/** What the peer's own rkube reads; a peer that cannot be asked is told as such. */
async function readPeer(runner: CommandRunner, peer: string, cluster: string): Promise<Part> {
  const there = rkubeOverSsh(peer, ['support', '--output', '-', '--cluster', cluster, '--progress', 'none']);
  const result = await runner.run({ ...there, effect: 'read', timeoutMs: PEER_MS, binary: true });
  try {
    if (result.exitCode !== 0) throw commandError(result, `Asking ${peer}`);
    return await partOf(Buffer.from(result.stdout, 'latin1'));
  } catch (error) {
    const words =
      result.exitCode === 0 ? messageOf(error) : result.stderr.trim().split('\n').at(-1) || messageOf(error);
    return {
      host: peer,
      node: '',
      entries: [{ path: '.', what: 'this host', problem: `could not be asked: ${words}` }],
    };
  }
}
