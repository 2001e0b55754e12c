import { beforeAll, describe, expect, test } from 'vitest';
import { lab, nodesReady, ok, on, residue } from '../lab.ts';
import { deployServers, everyPodReachesEvery, fetching, type Pod, servers } from '../pods.ts';

// The main job, by the README's commands: alice has rootless Podman, bob rootless Docker.
const first = 'alice@1';
const second = 'alice@2';

/** What a pod gets when it fetches this address. */
const fetchFrom = (pod: Pod, address: string) => ok(first, fetching(pod, address));

describe.sequential('one cluster over several hosts', () => {
  beforeAll(async () => {
    await lab('up', '2', '--fresh');
  });

  test('doctor finds a lab host ready', async () => {
    const { code, stdout } = await on(first, 'rkube doctor --json');
    expect(code, stdout).toBe(0);
  });

  test('init --dry-run shows the commands and changes nothing', async () => {
    const { code, stderr } = await on(first, 'rkube init --dry-run');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('podman create');
    expect(stderr).toContain('kubeadm init');
    expect(stderr).toContain('kind: ClusterConfiguration');
    expect(await residue(first)).toBe('');
  });

  test('init makes a cluster whose node is Ready and whose DNS answers', async () => {
    await ok(first, 'rkube init --publish 30080');
    await nodesReady(first, ['host1']);
    expect(JSON.parse(await ok(first, 'rkube status --json'))).toMatchObject({
      container: 'running',
      phase: 'member',
      problem: '',
    });
  });

  test('a second init says already and exits 0', async () => {
    const { code, stderr } = await on(first, 'rkube init');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('already');
  });

  test('the kubeconfig is for its owner alone', async () => {
    expect(await ok(first, 'stat -c %a ~/.kube/rkube-rkube.yaml')).toBe('600');
  });

  test('another host joins by the pipe', async () => {
    await ok(first, 'rkube join-command | ssh host2 rkube join');
    await nodesReady(first, ['host1', 'host2']);
  });

  test('a second join says already and exits 0', async () => {
    const { code, stderr } = await on(first, 'rkube join-command | ssh host2 rkube join');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('already');
  });

  test('pods reach each other by TCP across hosts, both ways', async () => {
    await deployServers(first);
    const pods = await everyPodReachesEvery(first, 2, 60);
    expect(pods.map(({ node }) => node).toSorted()).toEqual(['host1', 'host2']);
  });

  test('cluster DNS and the ClusterIP answer from every host', async () => {
    const pods = await servers(first, 2);
    for (const pod of pods) {
      expect(await ok(first, `rkube kubectl exec ${pod.name} -- nslookup server.default.svc.cluster.local`)).toContain(
        'Address',
      );
      expect(pods.map(({ name }) => name)).toContain(await fetchFrom(pod, 'server.default.svc.cluster.local'));
    }
  });

  test('logs and exec reach pods on other hosts', async () => {
    for (const pod of await servers(first, 2)) {
      expect(await ok(first, `rkube kubectl logs ${pod.name}`)).toContain('serving');
      expect(await ok(first, `rkube kubectl exec ${pod.name} -- hostname`)).toBe(pod.name);
    }
  });

  test('a NodePort published at up is reached from another host', async () => {
    const names = (await servers(first, 2)).map(({ name }) => name);
    expect(names).toContain(await ok(second, 'curl -sS --max-time 10 http://10.99.0.11:30080/'));
  });

  test('down and up keep the state', async () => {
    await ok(second, 'rkube down');
    expect((await on(second, 'rkube status')).stdout).toMatch(/^container +stopped,/m);
    await ok(second, 'rkube up');
    await everyPodReachesEvery(first, 2, 300);
    await nodesReady(first, ['host1', 'host2']);
  });

  test('a reboot of all hosts, the control plane last: the cluster is whole again, no command typed', async () => {
    await lab('reboot', '2');
    await lab('reboot', '1');
    await nodesReady(first, ['host1', 'host2'], 480);
    await everyPodReachesEvery(first, 2, 480);
  });

  test('delete leaves no container, volume, network, file, unit or process', async () => {
    await ok(second, 'rkube delete --yes');
    expect(await residue(second)).toBe('');
    await ok(first, 'rkube kubectl delete node/host2 && rkube delete --yes');
    expect(await residue(first)).toBe('');
  });
});
