import { beforeAll, describe, expect, test } from 'vitest';
import { unpack } from '../../../src/cluster/support/archive.ts';
import type { Index } from '../../../src/cluster/support/bundle.ts';
import { lab, mustBeClean, nodesReady, ok, on, residue } from '../lab.ts';
import { suspected } from './causes.ts';

// What rkube says of a node that is broken on purpose, and what it tells of a cluster with real secrets.

const who = 'alice@1';
const peer = 'alice@2';
const NODE = 'rkube-rkube-host1';

/** Settings with which kubeadm gives up early, yet not before the API server has ended on a busy host: it knows no such flag. */
const BROKEN = `kubeadm:
  InitConfiguration: { timeouts: { kubernetesAPICall: 100s } }
  ClusterConfiguration: { apiServer: { extraArgs: [{ name: no-such-flag, value: "1" }] } }
`;

/** A pod of the user's own, with a password in its variables, and a Secret. */
const USERS = `
apiVersion: v1
kind: Secret
metadata: { name: mine }
stringData: { password: planted-correct-horse }
---
apiVersion: v1
kind: Pod
metadata: { name: mine, annotations: { login: planted-annotation } }
spec:
  containers:
    - name: mine
      image: localhost/rkube-tools:1
      imagePullPolicy: Never
      command: [sh, -c, "echo planted-log-line; exec sleep 1000", planted-argument]
      env: [{ name: DB_PASSWORD, value: planted-battery-staple }, { name: PLAIN, value: planted-variable }]
`;

describe.sequential('what went wrong, told', () => {
  beforeAll(async () => {
    await lab('up', '2');
    await mustBeClean(who);
    await mustBeClean(peer);
  });

  test('an init that fails says why, and leaves nothing', async () => {
    const { code, stderr } = await on(
      who,
      'cat > /tmp/broken.yaml; rkube init --config /tmp/broken.yaml; c=$?; rm /tmp/broken.yaml; exit $c',
      {
        input: BROKEN,
      },
    );
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(
      /kubeadm init: [^]*Most likely cause: The API server ends[^]*seen: pods: .*unknown flag: --no-such-flag/,
    );
    expect(await residue(who)).toBe('');
  });

  test('status says why a node ails', async () => {
    await ok(who, 'rkube init');
    expect((await ok(who, 'rkube status --json')).includes('"causes"')).toBe(false);
    await ok(who, `podman exec ${NODE} sh -c 'mv /etc/cni/net.d/10-flannel.conflist /root'`);
    await suspected(who, 'cni-missing', 120);
    // containerd looks again when something is written, not when something is moved in.
    await ok(who, `podman exec ${NODE} cp /root/10-flannel.conflist /etc/cni/net.d/`);
    await nodesReady(who, ['host1']);
  });

  test('a bundle of all hosts has no secret of the cluster', async () => {
    const ticket = (await ok(who, 'rkube join-command --ttl 1h')).replace('rkube join <<< ', '').trim();
    await ok(peer, 'rkube join', { input: ticket });
    await ok(who, 'rkube kubectl apply -f -', { input: USERS });
    await ok(who, 'rkube kubectl wait --for=condition=Ready pod/mine --timeout=120s');
    const secrets = [ticket, ...(await realSecrets())];
    expect(secrets.length).toBeGreaterThan(25);

    await ok(who, 'rkube support --output /tmp/bundle.tar.gz --peer host2');
    expect(await ok(who, 'stat -c %a /tmp/bundle.tar.gz')).toBe('600');
    const bundle = await unpack(
      Buffer.from(await ok(who, 'base64 -w 0 /tmp/bundle.tar.gz; rm /tmp/bundle.tar.gz'), 'base64'),
    );
    const all = [...bundle].map(([name, text]) => `${name}\n${text}`).join('\n');
    const planted = [
      'planted-correct-horse',
      'planted-battery-staple',
      'planted-variable',
      'planted-argument',
      'planted-log-line',
      'planted-annotation',
    ];
    expect(shapes([...secrets, ...planted]).filter((shape) => all.includes(shape))).toEqual([]);

    const index = JSON.parse(bundle.get('index.json') ?? '') as Index;
    expect(index.hosts.map(({ host }) => host)).toEqual(['host1', 'host2']);
    expect(index.others).toEqual([]);
    const unread = index.hosts.flatMap(({ host, entries }) =>
      entries.flatMap(({ path, bytes }) => (bytes === undefined ? [`${host}/${path}`] : [])),
    );
    expect(unread).toEqual([]);
    expect(bundle.get('host1/kubernetes/nodes.txt')).toMatch(/host2/);
    expect(bundle.get('host2/node/journal/kubelet.log')).toMatch(/kubelet/);
    expect(bundle.get('host1/node/network/nftables.txt')).toContain('kube-proxy');
  });

  test('a bundle without cluster and node has what there is', async () => {
    await ok(peer, 'rkube delete --yes');
    await ok(who, 'rkube delete --yes');
    const said = JSON.parse(
      await ok(who, 'rkube support --output /tmp/bundle.tar.gz --json; rm /tmp/bundle.tar.gz'),
    ) as Index;
    expect(said.hosts[0]?.entries.find(({ path }) => path === 'doctor.json')?.bytes).toBeGreaterThan(100);
    expect(said.hosts[0]?.entries.find(({ path }) => path === 'container.json')?.problem).toBeTruthy();
    expect(await residue(who)).toBe('');
  });
});

/** Every secret of the cluster, as it stands in its file or object: keys of both hosts, accounts' and joining tokens. */
async function realSecrets(): Promise<string[]> {
  const keys = (host: string, node: string) =>
    ok(
      host,
      `podman exec ${node} sh -c 'cat /etc/kubernetes/pki/*.key /etc/kubernetes/pki/*/*.key /var/lib/kubelet/pki/*.pem 2>/dev/null; true'`,
    );
  const files = (await keys(who, NODE)) + (await keys(peer, 'rkube-rkube-host2'));
  const pems = files.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
  const configs = await ok(who, `podman exec ${NODE} sh -c 'cat /etc/kubernetes/*.conf'`);
  const keyData = [...configs.matchAll(/client-key-data: (\S+)/g)].map(([, data = '']) => data);
  const found = JSON.parse(await ok(who, 'rkube kubectl get secrets -A -o json')) as {
    items: { data?: Record<string, string> }[];
  };
  // Words such as `true` are no secrets.
  const values = found.items.flatMap(({ data = {} }) =>
    Object.entries(data)
      .filter(([key]) => /token-secret|password|\.key|^token$/.test(key))
      .map(([, value]) => Buffer.from(value, 'base64').toString()),
  );
  const tokens = await ok(
    who,
    `podman exec ${NODE} find /var/lib/kubelet/pods -name token -exec cat {} ';' -exec echo ';'`,
  );
  return [...pems, ...keyData, ...values, ...tokens.split('\n')].filter((each) => each !== '');
}

/** What each secret could look like: itself, its lines (a key's have 64 letters), its base64, what its base64 hides. */
function shapes(secrets: readonly string[]): string[] {
  return [
    ...new Set(
      secrets.flatMap((secret) => {
        const lines = secret.split('\n').filter((line) => line.length >= 16 && !line.startsWith('-----'));
        const encoded = Buffer.from(secret).toString('base64');
        // base64 of a part begins at any of three places: an inner stretch of each.
        const inner = [0, 1, 2].map((skip) => Buffer.from(secret.slice(skip)).toString('base64').slice(8, 40));
        return [...lines, encoded, ...inner].filter((shape) => shape.length >= 16);
      }),
    ),
  ];
}
