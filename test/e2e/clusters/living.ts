import { get, isReady, lab, nodesReady, ok } from '../lab.ts';
import { deployServers, servers } from '../pods.ts';

// One cluster of two hosts, for the files that let it live: ports come and go, things break, hosts move. host1 is alice's
// Podman, the control plane; host2 bob's Docker, a worker.

export const plane = 'alice@1';
export const worker = 'bob@2';

/** In the cluster that is made here, and in no other. */
const MARK = 'living';

/** Takes the cluster that an earlier file has left, when all is well with it; else makes it on new hosts. */
export async function livingCluster(): Promise<void> {
  const [marks, nodes] = await Promise.all([get(plane, 'configmaps'), get(plane, 'nodes')]).catch(() => [[], []]);
  if (!marks.some(({ metadata }) => metadata.name === MARK) || nodes.length !== 2 || !nodes.every(isReady)) {
    await lab('up', '2', '--fresh');
    await ok(plane, 'rkube init');
    await ok(worker, 'rkube join --engine docker', { input: await ok(plane, 'rkube join-command') });
    await nodesReady(plane, ['host1', 'host2']);
    await ok(plane, `rkube kubectl create configmap ${MARK}`);
  }
  await deployServers(plane);
  await servers(plane, 2);
}
