import { describe, expect, it } from 'vitest';
import { NETWORKS } from '../../../src/engine/network/index.ts';
import type { NetworkDriver } from '../../../src/engine/network/types.ts';
import type { Host } from '../../../src/host/types.ts';
import { fakeHost } from '../preflight/fake.ts';

const HELP_2 =
  '  Network:\n    --net value       network driver [host, pasta(experimental), slirp4netns, vpnkit, lxc-user-nic(experimental)]\n';
const HELP_3 =
  '    --net value   network driver [host, none, pasta(experimental), slirp4netns, lxc-user-nic(experimental), gvisor-tap-vsock(experimental)] (default: "host")\n';
const inside = { argv: ['node', 'x'], folders: ['/opt/node'], address: '192.0.2.1', ports: [20001] };
const program = { mode: 0o100755, uid: 0 };

const withPrograms = (names: readonly string[], help = HELP_2): Host =>
  fakeHost({
    stats: Object.fromEntries(names.map((name) => [`/usr/bin/${name}`, program])),
    commands: { '/usr/bin/rootlesskit --help': help, '/usr/bin/docker-rootlesskit --help': help },
  });

const all = (kind: keyof typeof NETWORKS, host: Host): Promise<readonly NetworkDriver[]> =>
  NETWORKS[kind].drivers(host);
const problems = (drivers: readonly NetworkDriver[]): Record<string, string> =>
  Object.fromEntries(drivers.map(({ network, ports, problem }) => [`${network}/${ports}`, problem]));

async function named(kind: keyof typeof NETWORKS, host: Host, name: string): Promise<NetworkDriver> {
  const found = (await all(kind, host)).find(({ network, ports }) => `${network}/${ports}` === name);
  if (found === undefined) throw new Error(`no driver ${name}`);
  return found;
}

describe('network drivers of engines on RootlessKit', () => {
  it('are those that it knows and whose programs are installed', async () => {
    expect(problems(await all('docker', withPrograms(['rootlesskit', 'pasta'])))).toEqual({
      'pasta/implicit': '',
      'slirp4netns/builtin': 'slirp4netns not on PATH',
      'slirp4netns/slirp4netns': 'slirp4netns not on PATH',
      'gvisor-tap-vsock/builtin': expect.stringMatching(/^this RootlessKit does not know it \(it knows host, pasta, /),
      'lxc-user-nic/builtin': expect.stringMatching(/^named only/),
    });
  });

  it('have gvisor-tap-vsock from RootlessKit 3 on', async () => {
    const found = await all('nerdctl', withPrograms(['rootlesskit', 'pasta', 'slirp4netns'], HELP_3));
    expect(found.filter(({ problem }) => problem === '').map(({ network }) => network)).toEqual([
      'pasta',
      'slirp4netns',
      'slirp4netns',
      'gvisor-tap-vsock',
    ]);
  });

  it('can none be used without RootlessKit', async () => {
    const found = Object.values(problems(await all('docker', withPrograms(['pasta']))));
    expect(new Set(found)).toEqual(new Set(['RootlessKit is not on PATH']));
  });

  it('are started by the RootlessKit that the engine itself was started with', async () => {
    const host = fakeHost({
      files: {
        '/run/user/1001/dockerd-rootless/child_pid': '42\n',
        '/proc/42/stat': '42 (exe (x)) S 41 1 1 0',
        '/proc/41/environ': 'HOME=/home/alice\0PATH=/opt/kit/bin:/usr/bin\0',
      },
      stats: { '/opt/kit/bin/rootlesskit': program, '/usr/bin/rootlesskit': program, '/usr/bin/pasta': program },
      commands: { '/opt/kit/bin/rootlesskit --help': HELP_2 },
    });
    expect((await named('docker', host, 'pasta/implicit')).inside(inside).file).toBe('/opt/kit/bin/rootlesskit');
    expect(await NETWORKS.docker.environment(host)).toEqual({ PATH: '/opt/kit/bin:/usr/bin' });
  });

  it.each([
    ['pasta/implicit', '--net=pasta --mtu=65520 --port-driver=implicit --disable-host-loopback node x'],
    [
      'slirp4netns/builtin',
      '--net=slirp4netns --mtu=65520 --port-driver=builtin --disable-host-loopback --slirp4netns-sandbox=auto --slirp4netns-seccomp=auto --publish=192.0.2.1:20001:20001/tcp --publish=192.0.2.1:20001:20001/udp node x',
    ],
  ])('are tried as the start scripts would call them: %s', async (name, expected) => {
    const host = withPrograms(['docker-rootlesskit', 'rootlesskit', 'pasta', 'slirp4netns']);
    const { file, args } = (await named('docker', host, name)).inside(inside);
    expect([file, args.join(' ')]).toEqual(['/usr/bin/docker-rootlesskit', expected]);
  });

  it.each([
    ['docker', 'DOCKERD', 'docker.service'],
    ['nerdctl', 'CONTAINERD', 'containerd.service'],
  ] as const)('are chosen by a drop-in of %s with the variables of its start script', async (kind, prefix, unit) => {
    const { dropIn } = NETWORKS[kind];
    const driver = await named(kind, withPrograms(['rootlesskit', 'slirp4netns']), 'slirp4netns/builtin');
    expect(dropIn.file).toBe(`systemd/user/${unit}.d/rkube-network.conf`);
    expect(dropIn.lines(driver)).toEqual([
      '[Service]',
      `Environment=${prefix}_ROOTLESS_ROOTLESSKIT_NET=slirp4netns`,
      `Environment=${prefix}_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=builtin`,
      `Environment=${prefix}_ROOTLESS_ROOTLESSKIT_MTU=65520`,
    ]);
    expect(dropIn.restart).toBe(`systemctl --user daemon-reload && systemctl --user restart ${unit}`);
  });
});

describe('network drivers of Podman', () => {
  it('are those whose programs are installed', async () => {
    expect(problems(await all('podman', withPrograms(['pasta'])))).toEqual({
      'pasta/pasta': '',
      'slirp4netns/rootlessport': 'slirp4netns not on PATH',
      'slirp4netns/slirp4netns': 'slirp4netns not on PATH',
    });
  });

  it('are tried in a container that is thrown away and needs no image', async () => {
    const { file, args } = (await named('podman', withPrograms([]), 'slirp4netns/slirp4netns')).inside(inside);
    expect([file, ...args].join(' ')).toBe(
      'podman run --rm --interactive --network=slirp4netns:port_handler=slirp4netns --cap-add=NET_ADMIN --cgroups=disabled --security-opt=label=disable --log-driver=none --publish=192.0.2.1:20001:20001/tcp --publish=192.0.2.1:20001:20001/udp --volume=/usr:/usr:ro,rbind --volume=/opt/node:/opt/node:ro,rbind --rootfs /usr:O node x',
    );
  });

  it.each([
    ['pasta/pasta', ['[network]', 'default_rootless_network_cmd = "pasta"']],
    ['slirp4netns/rootlessport', ['[network]', 'default_rootless_network_cmd = "slirp4netns"']],
    [
      'slirp4netns/slirp4netns',
      [
        '[engine]',
        'network_cmd_options = ["port_handler=slirp4netns"]',
        '[network]',
        'default_rootless_network_cmd = "slirp4netns"',
      ],
    ],
  ])('are chosen by a file of containers.conf.d: %s', async (name, lines) => {
    const { dropIn } = NETWORKS.podman;
    expect(dropIn.lines(await named('podman', withPrograms([]), name))).toEqual(lines);
    expect([dropIn.file, dropIn.restart]).toEqual(['containers/containers.conf.d/rkube-network.conf', '']);
  });
});
