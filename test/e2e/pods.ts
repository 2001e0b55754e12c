import { eventually, get, isReady, ok, on } from './lab.ts';
import { SERVERS } from './manifests.ts';

export interface Pod {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

/** A server on every node, which tells its name over HTTP; and a Service of them, with node port 30080. */
export const deployServers = (admin: string): Promise<string> =>
  ok(admin, 'rkube kubectl apply -f -', { input: SERVERS });

/** The servers, when there are `count` and all are ready. `admin` is a user with a control plane. */
export async function servers(admin: string, count: number): Promise<Pod[]> {
  const items = await eventually(
    `${count} servers ready`,
    300,
    () => get(admin, 'pods -l app=server'),
    (pods) => pods.length === count && pods.every(isReady),
  );
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    node: spec.nodeName,
    ip: status.podIP ?? '',
  }));
}

/** A command line that fetches this address from a pod. */
export const fetching = (pod: Pod, address: string): string =>
  `rkube kubectl exec ${pod.name} -- wget -q -T 10 -O - http://${address}/`;

/**
 * Every server fetches from every server by TCP, across hosts and on its own. Asked until it is so: after a reboot
 * nodes and pods read as they were before it for a while, and pods come back with other addresses.
 */
export async function everyPodReachesEvery(admin: string, count: number, seconds: number): Promise<Pod[]> {
  let pods: Pod[] = [];
  await eventually(
    'pods reach each other across hosts, both ways',
    seconds,
    async () => {
      pods = await servers(admin, count);
      const problems: string[] = [];
      for (const from of pods) {
        for (const to of pods) {
          const { code, stdout, stderr } = await on(admin, fetching(from, `${to.ip}:8080`));
          if (code !== 0 || stdout !== to.name) problems.push(`${from.node} to ${to.node}: ${stdout} ${stderr}`);
        }
      }
      return problems;
    },
    (problems) => problems.length === 0,
  );
  return pods;
}
