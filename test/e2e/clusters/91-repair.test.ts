import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, get, isReady, ok, on } from '../lab.ts';
import { everyPodReachesEvery, servers } from '../pods.ts';
import { livingCluster, plane, worker } from './living.ts';

// Something takes away what is ours, or the host itself misbehaves: nobody types a command, and pods answer again across
// hosts.

/** What the guard has said in this node, once it has said this. */
const guardSaid = (who: string, words: RegExp): Promise<string> =>
  eventually(
    `the guard says ${words}`,
    90,
    () => ok(who, 'rkube shell journalctl -u rkube-guard.service -o cat --no-pager'),
    (said) => words.test(said),
  );

/** The agent has said this since (seconds since 1970). */
const agentSaid = (who: string, words: RegExp, since: string): Promise<string> =>
  eventually(
    `the agent says ${words}`,
    180,
    () => ok(who, `journalctl --user -u rkube-agent -o cat --no-pager --since @${since}`),
    (said) => words.test(said),
  );

const podsAnswer = () => everyPodReachesEvery(plane, 2, 300);

/** HTTP status of the API for the tokens that pods have: 401 when they are refused. */
async function tokens(): Promise<string[]> {
  const pods = await servers(plane, 2);
  const asking = (name: string): string =>
    `token=$(rkube kubectl exec ${name} -- cat /var/run/secrets/kubernetes.io/serviceaccount/token) && printf 'header = "Authorization: Bearer %s"' "$token" | curl -sk -K - -o /dev/null -w '%{http_code}' https://10.99.0.11:6443/api`;
  return Promise.all(pods.map(({ name }) => ok(plane, asking(name))));
}

const podsAreBelieved = () =>
  eventually('the API takes the tokens of pods', 240, tokens, (codes) => codes.join() === '200,200');

describe.sequential('what is taken away is restored', () => {
  beforeAll(livingCluster);

  test('all nftables rules of a node: those of rkube, Flannel and kube-proxy', async () => {
    await ok(worker, 'rkube shell nft flush ruleset');
    await guardSaid(worker, /translation of addresses/);
    await podsAnswer();
    await eventually(
      'rules of all three',
      120,
      () => ok(worker, 'rkube shell nft list tables'),
      (tables) => ['ip rkube', 'ip kube-proxy', 'ip flannel-ipv4'].every((table) => tables.includes(`table ${table}`)),
    );
  });

  test("Flannel's link, deleted; the default route and IP forwarding", async () => {
    await ok(plane, 'rkube shell ip link delete flannel.1');
    await ok(worker, 'rkube shell sh -c "ip route flush default; sysctl -qw net.ipv4.ip_forward=0"');
    await guardSaid(worker, /default route/);
    await podsAnswer();
    expect(await ok(plane, 'rkube shell ip -d link show flannel.1')).toContain('srcport 8472 8473');
  });

  test.for([
    [
      'a container removed by others',
      plane,
      // Podman gives up when the last process has not ended within 5 s of being killed.
      'timeout 120 sh -c "until podman rm --force --time 0 rkube-rkube-host1; do sleep 0.2; done"',
      /container or network was gone/,
    ],
    [
      'its first process stopped by a signal',
      worker,
      "kill -STOP $(docker container inspect --format '{{.State.Pid}}' rkube-rkube-host2)",
      /its systemd did not answer/,
    ],
    ['a container killed by others', plane, 'podman kill rkube-rkube-host1 || true', /container had ended/],
    [
      'the engine network taken away',
      worker,
      'docker network disconnect --force rkube-rkube rkube-rkube-host2',
      /was gone/,
    ],
  ] as const)('%s', async ([, who, spoil, said]) => {
    const since = await ok(who, 'date +%s');
    await ok(who, spoil);
    await agentSaid(who, said, since);
    await podsAnswer();
  });

  test('the clock of a control plane jumps forward a day, and back', async () => {
    await ok('root@1', 'date -s "+1 day"');
    await guardSaid(plane, /clock jumped by 8\d{4} s/);
    await podsAreBelieved();
    await ok('root@1', 'date -s "-1 day"');
    await guardSaid(plane, /clock jumped by -8\d{4} s/);
    await podsAreBelieved();
    await podsAnswer();
  });

  test('the disk of a control plane is full, and has room again', async () => {
    const fill = (left: number): Promise<string> =>
      ok(
        plane,
        `fallocate -l $(($(stat -c %s ~/fill 2>/dev/null || echo 0) + $(df --output=avail -B1 ~ | tail -n 1) - ${left})) ~/fill`,
      );
    // With nothing left Podman runs no command in the node, so the guard is asked before.
    await fill(32 * 2 ** 20);
    await guardSaid(plane, /is full/);
    await fill(4096);
    await eventually(
      'the API stores nothing more',
      120,
      () =>
        on(plane, 'rkube kubectl create configmap before --from-literal=a=b && rkube kubectl delete configmap before'),
      ({ code }) => code !== 0,
    );
    await ok(plane, 'rm ~/fill');
    await podsAnswer();
    await ok(plane, 'rkube kubectl create configmap after --from-literal=a=b && rkube kubectl delete configmap after');
    await eventually(
      'both nodes Ready',
      240,
      () => get(plane, 'nodes'),
      (nodes) => nodes.every(isReady),
    );
  });
});
