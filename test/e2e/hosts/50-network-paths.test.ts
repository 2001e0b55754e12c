import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, nodesReady, ok, on, residue } from '../lab.ts';
import { deployServers, everyPodReachesEvery, fetching } from '../pods.ts';

// One control plane (host1, Podman with pasta); host2 joins it over every network path that can be had there, is used,
// and leaves again. Hosts filter strictly by reverse path, as some distributions have it.
const admin = 'alice@1';

interface Path {
  readonly title: string;
  readonly user: string;
  readonly engine: string;
  /** What doctor tells of the engine then. */
  readonly tells: string;
  /** The file below the user's home that chooses the drivers, and the unit that has to start anew for it. */
  readonly file?: string;
  readonly lines?: readonly string[];
  readonly unit?: string;
}

/** Podman's own, pasta, is that of most other tests. */
const PATHS = (
  JSON.parse(readFileSync(new URL('../../../scripts/lab.d/paths.json', import.meta.url), 'utf8')) as readonly Path[]
).filter(({ file }) => file !== undefined);

/** The user's engine with these drivers, or with its own again. */
async function choose(who: string, { unit, file, lines = [] }: Path, chosen = true): Promise<void> {
  if (file !== undefined)
    await ok(who, chosen ? `mkdir -p "$(dirname ${file})" && cat >${file}` : `rm ${file}`, {
      input: `${lines.join('\n')}\n`,
    });
  if (unit !== undefined) await ok(who, `systemctl --user daemon-reload && systemctl --user restart ${unit}`);
}

interface Report {
  readonly id: string;
  readonly finding: { readonly evidence: string };
}

describe.sequential('host2 joins over', () => {
  beforeAll(async () => {
    await lab('up', '2', '--fresh');
    await Promise.all(
      [1, 2].map((host) =>
        ok(`root@${host}`, 'sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1'),
      ),
    );
    await ok(admin, 'rkube init');
    await deployServers(admin);
    // Published by no one: it opens on hosts as they join.
    await ok(admin, 'rkube kubectl expose service server --name live --type NodePort --port 80 --target-port 8080');
    await ok(admin, `rkube kubectl patch service live -p '{"spec":{"ports":[{"port":80,"nodePort":30081}]}}'`);
  });

  test.for(PATHS)('$title', async (path) => {
    const { engine, tells } = path;
    const user = `${path.user}@2`;
    await choose(user, path);
    await eventually(
      `${engine} of ${user} answers`,
      120,
      () => on(user, `rkube doctor --engine ${engine} --json`),
      ({ stdout }) =>
        (JSON.parse(stdout) as Report[]).some(
          ({ id, finding }) => id === 'engine-found' && finding.evidence.includes(tells),
        ),
    );
    const ticket = await ok(admin, 'rkube join-command');
    await ok(user, `rkube join --engine ${engine} --publish 30080`, { input: ticket });
    await nodesReady(admin, ['host1', 'host2']);
    const pods = await everyPodReachesEvery(admin, 2, 120);
    const names = pods.map(({ name }) => name);
    for (const pod of pods) {
      // UDP across hosts: CoreDNS runs on host1.
      expect(await ok(admin, `rkube kubectl exec ${pod.name} -- nslookup server.default.svc.cluster.local`)).toContain(
        'Address',
      );
      expect(names).toContain(await ok(admin, fetching(pod, 'server.default.svc.cluster.local')));
      expect(await ok(admin, `rkube kubectl logs ${pod.name}`)).toContain('serving');
    }
    expect(names).toContain(await ok('root@1', 'curl -sS --max-time 10 http://10.99.0.12:30080/'));
    const live = 'curl -sS --max-time 10 http://10.99.0.12:30081/';
    await eventually(
      'the live port answers',
      60,
      () => on('root@1', live),
      ({ stdout }) => names.includes(stdout),
    );
    const { nodes } = JSON.parse(await ok(user, 'rkube agent status --json')) as { nodes: unknown[] };
    const kit = engine !== 'podman' && tells.endsWith('ports builtin');
    expect(nodes).toMatchObject([{ forwarder: kit ? 'rootlesskit' : 'relay' }]);
    await ok(user, 'rkube delete --yes');
    expect(await residue(user, engine)).toBe('');
    expect((await on('root@1', live)).code).toBe(7);
    await ok(admin, 'rkube kubectl delete node/host2');
    await choose(user, path, false);
  });

  test('a path that loses full packets: the node that joins takes what the path carries', async () => {
    const user = 'alice@2';
    await ok(
      'root@2',
      'nft "add table ip lab; add chain ip lab in { type filter hook prerouting priority -300; }; add rule ip lab in udp dport 8472 meta length > 1460 drop"',
    );
    const { code, stderr } = await on(user, 'rkube join', { input: await ok(admin, 'rkube join-command') });
    expect(stderr).toContain("The path carries packets of 1460 bytes, not the cluster's 1500");
    expect(code).toBe(0);
    const pods = await everyPodReachesEvery(admin, 2, 120);
    for (const pod of pods)
      await ok(admin, `rkube kubectl exec ${pod.name} -- dd if=/dev/zero of=/tmp/www/big bs=1k count=500`);
    for (const from of pods) {
      for (const to of pods) expect(await ok(admin, `${fetching(from, `${to.ip}:8080`)}big | wc -c`)).toBe('512000');
    }
    await ok(user, 'rkube delete --yes');
    await ok('root@2', 'nft delete table ip lab');
  });
});
