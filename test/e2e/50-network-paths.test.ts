import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, nodesReady, ok, on, residue } from './lab.ts';
import { deployServers, everyPodReachesEvery, fetching } from './pods.ts';

// One control plane (host1, Podman with pasta); host2 joins it over every network path that can be had there, is used,
// and leaves again. Hosts filter strictly by reverse path, as some distributions have it.
const admin = 'alice@1';

interface Path {
  readonly title: string;
  readonly user: string;
  readonly engine: string;
  /** Files of the user's, by path below home: what chooses the driver. */
  readonly files?: Readonly<Record<string, string>>;
  /** The unit that has to start anew for it; the home is gone before and comes after. */
  readonly unit?: string;
  /** What doctor then tells of the engine. */
  readonly tells: string;
}

const variables = (prefix: string, net: string, ports: string, ...more: string[]): string =>
  [
    '[Service]',
    ...[`${prefix}_NET=${net}`, `${prefix}_PORT_DRIVER=${ports}`, ...more].map((line) => `Environment=${line}`),
    '',
  ].join('\n');

const ROOTLESSKIT_3 = 'PATH=/opt/rootlesskit-3/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const docker = (net: string, ports: string, ...more: string[]): Path => ({
  title: `Docker, ${net}, ${ports}`,
  user: 'bob@2',
  engine: 'docker',
  files: {
    '.config/systemd/user/docker.service.d/net.conf': variables('DOCKERD_ROOTLESS_ROOTLESSKIT', net, ports, ...more),
  },
  unit: 'docker',
  tells: `network ${net}, ports ${ports}`,
});

const nerdctl = (net: string, ports: string, ...more: string[]): Path => ({
  title: `nerdctl, ${net}, ${ports}`,
  user: 'carol@2',
  engine: 'nerdctl',
  files: {
    '.config/systemd/user/containerd.service.d/net.conf': variables(
      'CONTAINERD_ROOTLESS_ROOTLESSKIT',
      net,
      ports,
      ...more,
    ),
  },
  unit: 'containerd',
  tells: `network ${net}, ports ${ports}`,
});

const PATHS: readonly Path[] = [
  { title: 'Podman, pasta', user: 'alice@2', engine: 'podman', tells: 'network pasta, ports pasta' },
  {
    title: 'Podman, slirp4netns on a bridge',
    user: 'alice@2',
    engine: 'podman',
    files: {
      '.config/containers/containers.conf.d/net.conf': '[network]\ndefault_rootless_network_cmd = "slirp4netns"\n',
    },
    tells: 'network slirp4netns, ports rootlessport',
  },
  docker('slirp4netns', 'builtin'),
  docker('slirp4netns', 'slirp4netns'),
  docker('pasta', 'implicit'),
  docker('gvisor-tap-vsock', 'builtin', ROOTLESSKIT_3),
  nerdctl('slirp4netns', 'builtin'),
  nerdctl('gvisor-tap-vsock', 'builtin', ROOTLESSKIT_3),
];

/** The user's engine as it is with these files, restarted where it has to be. */
async function choose({ user, unit, files = {} }: Path): Promise<void> {
  for (const [path, text] of Object.entries(files))
    await ok(user, `mkdir -p "$(dirname ${path})" && cat >${path}`, { input: text });
  await restart(user, unit);
}

async function unchoose({ user, unit, files = {} }: Path): Promise<void> {
  await ok(user, `rm -f ${Object.keys(files).join(' ')}`);
  await restart(user, unit);
}

const restart = (user: string, unit: string | undefined): Promise<string> =>
  unit === undefined
    ? Promise.resolve('')
    : ok(user, `systemctl --user daemon-reload && systemctl --user restart ${unit}`);

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
  });

  test.for(PATHS)('$title', async (path) => {
    const { user, engine, tells } = path;
    await choose(path);
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
    await ok(user, `rkube delete --yes`);
    expect(await residue(user, engine)).toBe('');
    await ok(admin, 'rkube kubectl delete node/host2');
    await unchoose(path);
  });
});
