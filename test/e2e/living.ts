import { get, isReady, lab, nodesReady, ok } from './lab.ts';
import { deployServers, servers } from './pods.ts';

// One cluster of two hosts, for the files that let it live: ports come and go, things break, hosts move. host1 is alice's
// Podman, the control plane; host2 bob's Docker, a worker.

export const plane = 'alice@1';
export const worker = 'bob@2';

/** Takes the cluster that an earlier file has left, when all is well with it; else makes it on new hosts. */
export async function livingCluster(): Promise<void> {
  const nodes = await get(plane, 'nodes').catch(() => []);
  if (nodes.map(({ metadata }) => metadata.name).join() !== 'host1,host2' || !nodes.every(isReady)) {
    await lab('up', '2', '--fresh');
    await ok(plane, 'rkube init');
    await ok(worker, 'rkube join --engine docker', { input: await ok(plane, 'rkube join-command'), seconds: 500 });
    await nodesReady(plane, ['host1', 'host2']);
  }
  await deployServers(plane);
  await servers(plane, 2);
}
