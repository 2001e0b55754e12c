import { RkubeError } from '../core/errors.ts';
import { shipped } from '../core/package.ts';
import { detectEngine } from '../engine/detect.ts';
import type { Host } from '../host/types.ts';
import { apply, KUBECONFIG, kubectlArgv } from '../kube/kubectl.ts';
import { NodeContainer } from '../node/container.ts';
import { LABEL } from '../node/names.ts';

/** The agent asks for another long before; who takes the account away ends it at once. */
const LIFETIME = '720h';

/**
 * A token of the account rkube-agent, which may write the status of Services and nothing else; the account is made in
 * clusters of an earlier rkube.
 * @param container of a control plane
 * @throws RkubeError `not-ours`, or of the failed command
 */
export async function createToken(host: Host, kind: string, container: string): Promise<string> {
  const engine = await detectEngine(host, { engine: kind as 'podman', allowRootful: false });
  const found = await engine.ask(engine.dialect.inspectContainer(container));
  const [cluster, node] = [found?.labels[LABEL.cluster], found?.labels[LABEL.node]];
  if (cluster === undefined || node === undefined)
    throw new RkubeError({ id: 'not-ours', message: `${container} is no node of rkube's` });
  const there = new NodeContainer(engine, container, { cluster, node });
  const argv = kubectlArgv(KUBECONFIG.admin, ['-n', 'kube-system', 'create', 'token', 'rkube-agent']);
  const command = [...argv, `--duration=${LIFETIME}`];
  const first = await there.try(command, { effect: 'read' });
  if (first.exitCode === 0) return first.stdout.trim();
  await apply(there, shipped('kubeadm', 'agent.yaml'), 'Making the account rkube-agent');
  return (await there.run(command, { doing: 'Asking for a token of rkube-agent', effect: 'read' })).trim();
}
