import type { Site } from '../../cluster/site.ts';
import { RkubeError } from '../../core/errors.ts';
import { runtimeFolder } from '../../host/runtime-folder.ts';
import type { NodePlace } from '../types.ts';

/** RootlessKit's own port driver can open and close ports at any time, to any address in its network. */
const DRIVER = 'builtin';

/**
 * Asks the engine where the node runs. Right until the node's first process ends.
 * @param given the node's address on the engine's network
 * @throws RkubeError `node-not-running`
 */
export async function forwarderPlace({ node, host, engine, config }: Site, given: string): Promise<NodePlace> {
  const state = await node.state();
  if (state?.status !== 'running' || state.pid === 0) {
    throw new RkubeError({
      id: 'node-not-running',
      message: `Node container ${node.name} is ${state?.status ?? 'not there'}: no port can lead to it`,
      next: 'Start it with `rkube up`.',
    });
  }
  const runtime = runtimeFolder(host);
  const { rootlessKit } = engine.dialect.setup;
  return {
    container: node.name,
    pid: state.pid,
    address: config.address,
    ownAddress: given === config.address ? '' : given,
    rootlessKit: engine.info.portDriver === DRIVER && rootlessKit !== '' ? `${runtime}/${rootlessKit}/api.sock` : '',
    memory: `${runtime}/rkube/${node.name}.ports.json`,
  };
}
