import { beforeAll, describe, expect, test } from 'vitest';
import { livingCluster, plane, worker } from '../clusters/living.ts';
import { eventually, get, lab, nodesReady, ok, on, residue } from '../lab.ts';
import { everyPodReachesEvery } from '../pods.ts';

// Hosts get other addresses, as from a DHCP server, while the cluster runs.

const PKI = '/etc/kubernetes/pki/etcd';
const WORD = "rkube kubectl get configmap kept -o 'jsonpath={.data.word}'";

/** The node's address in Kubernetes, and the one that Flannel tells the others. */
const addresses = (node: string): Promise<string> =>
  ok(
    plane,
    `rkube kubectl get node ${node} -o 'jsonpath={.status.addresses[0].address} {.metadata.annotations.flannel\\.alpha\\.coreos\\.com/public-ip}'`,
  );

/** `rkube sync`, and how long it took; the line that it prints for the others. */
async function synced(who: string): Promise<string> {
  const began = performance.now();
  const { code, stderr } = await on(who, 'rkube sync', { seconds: 240 });
  expect(code, stderr).toBe(0);
  process.stderr.write(`    rkube sync of ${who}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return /rkube sync --control-plane .*/.exec(stderr)?.[0] ?? '';
}

describe.sequential('hosts of a cluster move', () => {
  beforeAll(async () => {
    await livingCluster();
    await everyPodReachesEvery(plane, 2, 300);
    await ok(plane, 'rkube kubectl create configmap kept --from-literal=word=kept');
  });

  test('a worker follows, and its pods with it', async () => {
    await lab('readdress', '2', '10.99.0.32');
    await synced(worker);
    expect(await addresses('host2')).toBe('10.99.0.32 10.99.0.32');
    await nodesReady(plane, ['host1', 'host2']);
    await everyPodReachesEvery(plane, 2, 300);
  });

  test('the only control plane follows, its worker by the line it prints, and nothing is lost', async () => {
    await lab('readdress', '1', '10.99.0.31');
    const line = await synced(plane);
    expect(line).toBe('rkube sync --control-plane 10.99.0.31');
    await ok(worker, line);
    await nodesReady(plane, ['host1', 'host2']);
    await everyPodReachesEvery(plane, 2, 300);
    expect(await ok(plane, WORD)).toBe('kept');
    expect(await addresses('host1')).toBe('10.99.0.31 10.99.0.31');
  });

  test('its certificate is good at the new address, and a second sync finds nothing to do', async () => {
    const ca = "sed -n 's/.*certificate-authority-data: //p' ~/.kube/rkube-rkube.yaml | base64 -d >/tmp/ca";
    for (const end of ['127.0.0.1', '10.99.0.31'])
      expect(await ok(plane, `${ca}; curl -sS --max-time 10 --cacert /tmp/ca https://${end}:6443/readyz`)).toBe('ok');
    expect((await on(plane, 'rkube sync')).stderr).toContain('has 10.99.0.31 already');
  });
});

// The same cluster: a third host comes as a control plane, and then the worker's host becomes one. Each has an engine of
// its own kind.
describe.sequential('one of three control planes moves', () => {
  const planes = [plane, worker, 'carol@3'] as const;
  const [first, second, third] = planes;
  const tls = `--cacert ${PKI}/ca.crt --cert ${PKI}/server.crt --key ${PKI}/server.key`;
  const members = (who: string): Promise<string> =>
    ok(who, `rkube shell etcdctl ${tls} --command-timeout=30s member list`);
  const known = async (who: string): Promise<readonly string[]> =>
    (JSON.parse(await ok(who, 'rkube shell cat /var/lib/rkube/state.json')) as { controlPlanes: string[] })
      .controlPlanes;
  const leads = async (who: string, engine: string): Promise<void> => {
    const input = await ok(first, 'rkube join-command --control-plane');
    await ok(who, `rkube join --engine ${engine}`, { input, seconds: 240 });
  };

  /** The load balancer names the hosts with these last numbers, and answers there. */
  const balanced = async (by: string, ...hosts: readonly number[]): Promise<void> => {
    const addresses = hosts.map((each) => `10.99.0.${each}`);
    await eventually(
      `the load balancer to have ${addresses.join(', ')}`,
      300,
      () => ok(by, "rkube kubectl get service front -o 'jsonpath={.status.loadBalancer.ingress[*].ip}'"),
      (seen) => seen.split(' ').toSorted().join() === addresses.toSorted().join(),
    );
    for (const address of addresses)
      await eventually(
        `${address}:8088 answers`,
        60,
        () => on('root@3', `curl -sS --max-time 5 http://${address}:8088/`),
        ({ code }) => code === 0,
      );
  };

  beforeAll(() => lab('up', '3'));

  test('a worker hears by its agent of a control plane that joins', async () => {
    expect(await known(worker)).toEqual(['10.99.0.31']);
    await leads(third, 'nerdctl');
    const both = ['10.99.0.13', '10.99.0.31'];
    await eventually(
      `the worker to know ${both.join(', ')}`,
      300,
      () => known(worker),
      (seen) => seen.toSorted().join() === both.join(),
    );
  });

  test('its host becomes the third', async () => {
    await ok(worker, 'rkube delete --yes');
    await ok(first, 'rkube kubectl delete node/host2');
    await leads(second, 'docker');
    await nodesReady(first, ['host1', 'host2', 'host3']);
  });

  test('a load balancer has the addresses of all three', async () => {
    await ok(
      first,
      'rkube kubectl create service loadbalancer front --tcp 8088:8080 && rkube kubectl set selector service front app=server',
    );
    await balanced(first, 31, 32, 13);
  });

  test('etcd and the others know it at its new address', async () => {
    await lab('readdress', '3', '10.99.0.33');
    const line = await synced(third);
    // All of them: the first never heard of those that joined after it.
    const named = ['10.99.0.33', '10.99.0.31', '10.99.0.32'].map((each) => ` --control-plane ${each}`);
    expect(line).toBe(`rkube sync${named.join('')}`);
    await Promise.all([first, second].map((who) => ok(who, line)));
    for (const who of planes) {
      const seen = await members(who);
      expect(seen).toContain('https://10.99.0.33:2380');
      expect(seen).not.toContain('10.99.0.13');
      expect(await ok(who, WORD)).toBe('kept');
    }
    await nodesReady(first, ['host1', 'host2', 'host3']);
    await balanced(first, 31, 32, 33);
  });

  test('it carries the cluster while another is down, which comes back', async () => {
    await ok(first, 'rkube down');
    await eventually(
      'the API of the two that are left',
      180,
      () => get(third, 'configmaps'),
      (items) => items.some(({ metadata }) => metadata.name === 'kept'),
    );
    // Who wrote the status before is the one that is down.
    await balanced(third, 32, 33);
    await ok(first, 'rkube up');
    await nodesReady(first, ['host1', 'host2', 'host3']);
    await balanced(first, 31, 32, 33);
  });

  test('a control plane leaves, and the others go on', async () => {
    const { code, stderr } = await on(second, 'rkube delete --yes');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/another control plane: `rkube kubectl delete node host2`/),
    ]);
    expect(stderr).not.toContain('Could not');
    expect(await residue(second, 'docker')).toBe('');
    await ok(first, 'rkube kubectl delete node host2');
    const names = (await members(first)).split('\n').map((line) => line.split(', ')[2] ?? '');
    expect(names.toSorted()).toEqual(['host1', 'host3']);
    expect(await ok(third, WORD)).toBe('kept');
  });
});
