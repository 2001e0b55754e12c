import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, nodesReady, ok, on } from '../lab.ts';
import { livingCluster, plane, worker } from './living.ts';

const HOST1 = '10.99.0.11';
const HOST2 = '10.99.0.12';
/** Each host's address, and who asks for its ports: the other host. */
const ENDS = [
  ['root@2', HOST1],
  ['root@1', HOST2],
] as const;

interface Row {
  readonly node: string;
  readonly port: number;
  readonly for: string;
  readonly state: string;
}

async function ports(who: string): Promise<Row[]> {
  return (JSON.parse((await on(who, 'rkube ports --json')).stdout) as { ports: Row[] }).ports;
}

const fetching = (address: string, port: number): string => `curl -sS --max-time 5 http://${address}:${port}/`;

/** curl's exit code for the port, asked for on both hosts: 0 it answers, 7 it is closed. */
async function both(port: number, code: 0 | 7, seconds: number): Promise<void> {
  for (const [who, address] of ENDS)
    await eventually(
      `${address}:${port} ${code === 0 ? 'answers' : 'is closed'}`,
      seconds,
      () => on(who, fetching(address, port)),
      (asked) => asked.code === code,
    );
}
const answers = (port: number, seconds = 60): Promise<void> => both(port, 0, seconds);
const closed = (port: number, seconds = 60): Promise<void> => both(port, 7, seconds);

/** Services that lead to the servers: name and what is particular. */
const apply = (...services: readonly (readonly [name: string, spec: string])[]): Promise<string> =>
  ok(plane, 'rkube kubectl apply -f -', {
    input: services
      .map(
        ([name, spec]) =>
          `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: server}, ${spec}}}`,
      )
      .join('\n---\n'),
  });
const nodePort = (port: number): string => `type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: ${port}}]`;
const balancer = (port: number, more = ''): string =>
  `type: LoadBalancer, ${more} ports: [{port: ${port}, targetPort: 8080}]`;

const remove = (...names: string[]): Promise<string> => ok(plane, `rkube kubectl delete service ${names.join(' ')}`);

/** An event with this reason is on the Service. */
const told = (name: string, reason: string): Promise<string> =>
  eventually(
    `event ${reason} on ${name}`,
    60,
    () =>
      ok(
        plane,
        `rkube kubectl get events --field-selector involvedObject.name=${name} -o jsonpath='{.items[*].reason}'`,
      ),
    (reasons) => reasons.includes(reason),
  );

const ingress = (name: string): Promise<string> =>
  ok(plane, `rkube kubectl get service ${name} -o jsonpath='{.status.loadBalancer.ingress[*].ip}'`);

const agentPid = (who: string): Promise<string> => ok(who, 'systemctl --user show -P MainPID rkube-agent.service');

describe.sequential('ports that follow Services', () => {
  beforeAll(livingCluster);

  test('the agent runs as a service of the user, by itself, and alone', async () => {
    for (const who of [plane, worker]) {
      expect(await ok(who, 'systemctl --user is-enabled rkube-agent.service')).toBe('enabled');
      await eventually(
        'it serves its node',
        120,
        async () =>
          JSON.parse((await on(who, 'rkube agent status --json')).stdout) as { nodes?: { problem: string }[] },
        ({ nodes = [] }) => nodes.length === 1 && nodes[0]?.problem === '',
      );
    }
    expect((await on(plane, 'rkube agent')).stderr).toContain('runs on this host already');
  });

  test('a node port opens on every host as the Service comes, and closes as it goes', async () => {
    await answers(30080);
    expect(await ports(plane)).toMatchObject([
      { node: 'host1', port: 30080, for: 'service default/server', state: 'open' },
    ]);
    await apply(['other', nodePort(30081)]);
    await answers(30081);
    await remove('other');
    await closed(30081);
    await answers(30080);
  });

  test('UDP: cluster DNS answers on the hosts', async () => {
    await ok(plane, 'rkube kubectl apply -f -', {
      input: `{apiVersion: v1, kind: Service, metadata: {name: dns-outside, namespace: kube-system}, spec: {type: NodePort,
        selector: {k8s-app: kube-dns}, ports: [{protocol: UDP, port: 53, nodePort: 30053}]}}`,
    });
    // A query for kubernetes.default.svc.cluster.local with id 0707, which the answer repeats.
    const query = String.raw`\x07\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01`;
    for (const [who, address] of ENDS)
      await eventually(
        `DNS at ${address}`,
        60,
        () =>
          on(who, `exec 3<>/dev/udp/${address}/30053; printf '${query}' >&3; timeout 3 head -c 2 <&3 | od -An -tx1`),
        ({ stdout }) => stdout.trim() === '07 07',
      );
    await ok(plane, 'rkube kubectl -n kube-system delete service dns-outside');
  });

  test('a port that another process holds is told on the Service, and opens when it is free', async () => {
    const holding = `node -e "require('net').createServer().listen(30090, '${HOST1}')" >/dev/null 2>&1 & echo $!`;
    const holder = await ok('root@1', holding);
    await eventually(
      'held',
      20,
      () => ok('root@1', 'ss -Hltn sport = :30090'),
      (listeners) => listeners !== '',
    );
    await apply(['held', nodePort(30090)]);
    await told('held', 'PortTaken');
    expect(await ports(plane)).toContainEqual(expect.objectContaining({ port: 30090, state: 'refused' }));
    await ok('root@1', `kill ${holder}`);
    await answers(30090, 90);
    await remove('held');
  });

  test('a load balancer has the addresses of the hosts; source ranges hold; what cannot be is refused', async () => {
    await apply(
      ['front', balancer(8088)],
      ['few', balancer(8089, `loadBalancerSourceRanges: [${HOST2}/32],`)],
      ['low', balancer(88)],
      ['foreign', balancer(8087, 'loadBalancerClass: example.com/x,')],
    );
    await answers(8088);
    await eventually(
      'addresses of both hosts',
      120,
      () => ingress('front'),
      (seen) => seen === `${HOST1} ${HOST2}`,
    );
    await ok('root@2', fetching(HOST1, 8089));
    expect((await on('root@1', fetching(HOST2, 8089))).code).not.toBe(0);
    await told('low', 'PortRefused');
    expect([await ingress('low'), await ingress('foreign')]).toEqual(['', '']);
    await remove('front', 'few', 'low', 'foreign');
    await closed(8088);
  });

  test('ports are added and removed by hand', async () => {
    expect(await ok(plane, 'rkube ports add 8090:30080')).toMatch(/10\.99\.0\.11 +8090\/tcp .*open/);
    await ok('root@2', fetching(HOST1, 8090));
    await ok(plane, 'rkube ports rm 8090');
    expect((await on('root@2', fetching(HOST1, 8090))).code).toBe(7);
  });

  test('ports listen where the user wants them', async () => {
    const asked = (address: string) => on('root@1', fetching(address, 30080));
    for (const [listen, other] of [
      ['127.0.0.1', HOST1],
      [HOST1, '127.0.0.1'],
    ] as const) {
      await ok(plane, `rkube up --listen ${listen}`);
      await eventually(
        `open at ${listen} alone`,
        60,
        async () => [(await asked(listen)).code, (await asked(other)).code],
        (codes) => codes.join() === '0,7',
      );
    }
  });

  test('an agent that was killed comes back, and closes what went meanwhile', async () => {
    await apply(['gone', nodePort(30091)]);
    await answers(30091);
    const agents = [plane, worker];
    const before = await Promise.all(agents.map(agentPid));
    await Promise.all(agents.map((who) => ok(who, 'systemctl --user kill --signal STOP rkube-agent.service')));
    await remove('gone');
    await Promise.all(agents.map((who) => ok(who, 'systemctl --user kill --signal KILL rkube-agent.service')));
    await eventually(
      'new agents',
      60,
      () => Promise.all(agents.map(agentPid)),
      (now) => now.every((pid, index) => pid !== '0' && pid !== before[index]),
    );
    await closed(30091);
    await answers(30080);
  });

  test('a node taken down closes its ports; it opens them when it is back, and so does a host that was reset', async () => {
    await ok(plane, 'rkube down');
    await eventually(
      'closed',
      30,
      () => on('root@2', fetching(HOST1, 30080)),
      ({ code }) => code === 7,
    );
    await ok(plane, 'rkube up');
    await lab('reboot', '2', '--hard');
    await nodesReady(plane, ['host1', 'host2']);
    await answers(30080, 180);
  });
});
