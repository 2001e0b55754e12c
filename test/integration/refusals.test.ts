import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { ADDRESS, IGNORED, type SiteOptions, TestSite } from './site.ts';

/** Runs init on a site of its own, and makes sure that it left nothing behind. */
async function refused(args: readonly string[], options: SiteOptions = {}, env: Readonly<Record<string, string>> = {}) {
  using site = new TestSite(options);
  const before = site.contents();
  const outcome = await site.run(['init', ...args], { env });
  expect(site.contents().filter((name) => !before.includes(name) && /NODE|\.json$|~/.test(name))).toEqual([]);
  expect(outcome.stdout).toBe('');
  return outcome;
}

describe('engines', () => {
  it('an unknown one is refused with those there are', async () => {
    expect(await refused(['--engine', 'lxc'])).toMatchObject({
      exitCode: 2,
      stderr: says(/--engine.*one of auto, podman, docker, nerdctl, got "?lxc/),
    });
  });

  it('an unknown one in the environment is refused by the name of the variable', async () => {
    expect(await refused([], {}, { CONTAINER_ENGINE: 'lxc' })).toMatchObject({
      exitCode: 2,
      stderr: says('CONTAINER_ENGINE'),
    });
  });

  it('none at all is told, with how to get one', async () => {
    const { exitCode, stderr } = await refused([], { kinds: [], engine: '' });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(
      /podman is not installed[^]*docker is not installed[^]*nerdctl is not installed[^]*→ Have Podman installed/,
    );
  });

  it('one that does not answer is told in its own words', async () => {
    const { exitCode, stderr } = await refused([], { kinds: ['docker'], engine: 'docker', switches: ['down'] });
    expect([exitCode, stderr]).toEqual([
      3,
      says(/Cannot connect to the Docker daemon[^]*→ Start .*systemctl --user start docker/),
    ]);
  });

  it.each(['podman', 'docker'] as const)(
    'a rootful %s is refused with the reason and the way to a rootless one',
    async (kind) => {
      const profile = { podman: 'podman-5.4.2-rootful', docker: 'docker-26.1.5-rootful' }[kind];
      const outcome = await refused([], { kinds: [kind], engine: '', profiles: [profile] });
      expect(outcome).toMatchObject({
        exitCode: 3,
        stderr: says(/is rootful: a node would run with root's power[^]*--allow-rootful/),
      });
    },
  );

  it('a rootful one is taken when asked for', async () => {
    using site = new TestSite({ kinds: ['podman'], profiles: ['podman-5.4.2-rootful'] });
    expect(await site.run(['up', '--allow-rootful'])).toMatchObject({ exitCode: 0 });
  });

  it('the first that answers is taken when none is named', async () => {
    using site = new TestSite({ engine: '', switches: ['podman:down'] });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    expect(site.contents()).toContain('docker/containers/rkube-rkube-NODE.json');
  });
});

describe('this host', () => {
  it('is refused for root', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can see it');
    using site = new TestSite();
    const outcome = await site.run(['up'], { ignore: IGNORED.filter((id) => id !== 'not-root') });
    expect(outcome).toMatchObject({ exitCode: 3, stderr: says(/not-root:[^]*uid 0[^]*Log in as an ordinary user/) });
    expect(site.changes()).toEqual([]);
  });

  it('is refused when the address is not one of its own', async () => {
    const outcome = await refused(['--address', '203.0.113.9']);
    expect(outcome).toMatchObject({
      exitCode: 3,
      stderr: says(/address:[^]*203\.0\.113\.9 \(from --address\) is not among/),
    });
  });

  it('is refused when the port of the API is taken, by whom and how to choose another', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, ADDRESS, resolve));
    const bound = server.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    using site = new TestSite();
    const ignore = IGNORED.filter((id) => id !== 'ports-free');
    const outcome = await site.run(['init', '--port-apiserver', String(port)], { ignore });
    server.close();
    expect(outcome).toMatchObject({
      exitCode: 3,
      stderr: says(new RegExp(`${ADDRESS}:${port}/tcp \\(Kubernetes API, --port-apiserver\\) is taken`)),
    });
    expect(site.changes()).toEqual([]);
  });

  it('is refused in the words of the engine when a port is taken in the last moment', async () => {
    const { exitCode, stderr } = await refused([], { switches: ['port-taken'] });
    expect([exitCode, stderr]).toEqual([1, says(/Address already in use[^]*→ Find what holds the port/)]);
  });

  it('a check that does not exist cannot be ignored', async () => {
    expect(await refused(['--ignore', 'gravity'])).toMatchObject({
      exitCode: 2,
      stderr: says('There is no check called gravity'),
    });
  });
});

describe('images', () => {
  it('one that is missing without a registry is told, with both ways to get it', async () => {
    const { exitCode, stderr } = await refused([], { images: [] });
    expect([exitCode, stderr]).toEqual([
      1,
      says(
        /docker\.io\/kindest\/node:v1\.36\.\S+ is not in the engine's store, and it could not be pulled[^]*make node-image/,
      ),
    ]);
  });

  it('one that was asked for and is missing is told by name', async () => {
    const outcome = await refused(['--image', 'localhost/mine:v1']);
    expect(outcome).toMatchObject({ exitCode: 1, stderr: says('Node image localhost/mine:v1 is not in the engine') });
  });

  const archive = (site: TestSite): string => {
    const path = join(site.home, 'node.tar');
    writeFileSync(path, 'localhost/mine:v2');
    return path;
  };

  it('an archive is loaded, and the node made from what it holds', async () => {
    using site = new TestSite({ images: [] });
    expect(await site.run(['up', '--image', archive(site)])).toMatchObject({ exitCode: 0 });
    expect(site.called(/^create/)[0]?.argv.at(-1)).toBe('localhost/mine:v2');
  });

  it('a disk that is full while an archive is loaded is told, and nothing is left', async () => {
    using site = new TestSite({ images: [], switches: ['disk-full'] });
    const outcome = await site.run(['up', '--image', archive(site)]);
    expect(outcome).toMatchObject({ exitCode: 1, stderr: says(/no space left on device[^]*→ Free space/) });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it('an archive that is not there is told by name', async () => {
    expect(await refused(['--image', '/nowhere/node.tar'])).toMatchObject({
      exitCode: 1,
      stderr: says('/nowhere/node.tar'),
    });
  });

  it('the registry image is pulled where a registry answers', async () => {
    using site = new TestSite({ images: [], switches: ['registry'] });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    const pulled = site.called(/^pull/)[0]?.argv[1];
    expect(pulled).toMatch(/^docker\.io\/kindest\/node:v1\.36\.\d+@sha256:[0-9a-f]{64}$/);
    expect(site.called(/^create/)[0]?.argv.at(-1)).toBe(pulled);
  });
});

describe('settings', () => {
  const wrong: [string, string[], RegExp][] = [
    ['a node name with capitals', ['--node', 'Host1'], /--node.*must be lower case \(try "host1"\), got "?Host1/],
    ['overlapping pod and service ranges', ['--pod-subnet', '10.96.0.0/12'], /--pod-subnet.*outside.*10\.96\.0\.0\/16/],
    [
      'a range that holds the host',
      ['--pod-subnet', `${ADDRESS.split('.')[0]}.0.0.0/8`],
      /--pod-subnet.*a range without/,
    ],
    ['a port that is none', ['--port-kubelet', '70000'], /--port-kubelet.*a port number from 1 to 65535, got 70000/],
    ['two things on one port', ['--port-kubelet', '6443'], /host port of its own, got 6443\/tcp/],
    ['an address that is none', ['--address', 'host2'], /--address.*an IPv4 address such as/],
    ['an unknown option', ['--adress', '192.0.2.7'], /unknown option '--adress'[^]*--address/],
  ];
  it.each(wrong)('%s: refused with exit 2 and what was expected', async (_, args, message) => {
    expect(await refused(args)).toMatchObject({ exitCode: 2, stderr: says(message) });
  });

  it('tells all problems at once', async () => {
    const { stderr } = await refused(['--node', 'Host1', '--port-kubelet', '70000', '--pod-subnet', 'x']);
    expect(stderr).toMatch(/--node[^]*--port-kubelet[^]*--pod-subnet|--pod-subnet[^]*--port-kubelet/);
  });

  const files: [string, string, RegExp][] = [
    [
      'a value of the wrong kind',
      'cluster: lab\nports:\n  kubelet: high\n',
      /rkube\.yaml:3:12: ports\.kubelet must be a whole number, got "?high/,
    ],
    ['an unknown key', 'clustre: lab\n', /rkube\.yaml:1:1: unknown key clustre; did you mean "cluster"/],
    ['text that is no YAML', 'cluster: [lab\nnode: "x\n', /rkube\.yaml:\d+:\d+: /],
    [
      'a wrong value',
      'podSubnet: 10.1.2.3/16\n',
      /podSubnet \(rkube\.yaml:1:12\).*first address|rkube\.yaml:1:12.*first address/,
    ],
  ];
  it.each(files)('%s in rkube.yaml: refused with file, line and column', async (_, config, message) => {
    expect(await refused([], { config })).toMatchObject({ exitCode: 2, stderr: says(message) });
  });

  it('a file that was named and is not there', async () => {
    expect(await refused(['--config', 'none.yaml'])).toMatchObject({
      exitCode: 2,
      stderr: says('Configuration file none.yaml does not exist'),
    });
  });

  it('from rkube.yaml are taken', async () => {
    using site = new TestSite({ config: 'cluster: lab\npublish: [30080]\n' });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    expect(site.called(/^create/)[0]?.argv.join(' ')).toMatch(
      new RegExp(`--name rkube-lab-.*--publish ${ADDRESS}:30080:30080/tcp`),
    );
  });
});

describe('the network of the engine', () => {
  it.each([
    ['docker', '172.18.0.0/16', '172.16.0.0/12'],
    ['nerdctl', '10.4.1.0/24', '10.4.0.0/16'],
  ])('of %s overlaps the range of pods: refused with both, and removed again', async (engine, range, pods) => {
    const outcome = await refused(['--pod-subnet', pods], { engine });
    expect(outcome).toMatchObject({ exitCode: 2, stderr: says(/ranges overlap[^]*--pod-subnet\) must be outside/) });
    expect(outcome.stderr).toContain(`network ${range}, got "${pods}"`);
  });
});

describe('errors for programs', () => {
  it('are JSON on standard output with --json', async () => {
    using site = new TestSite({ kinds: [], engine: '' });
    const { exitCode, stdout } = await site.run(['status', '--json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        id: 'no-engine',
        details: ['podman is not installed', 'docker is not installed', 'nerdctl is not installed'],
      },
    });
  });
});
