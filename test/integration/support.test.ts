import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../src/cluster/support/archive.ts';
import type { Index } from '../../src/cluster/support/bundle.ts';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { leaked, PLANTED } from '../unit/cluster/support/secrets.ts';
import { initialisedOnce } from './member.ts';
import { says } from './says.ts';
import { LAUNCHER, TestSite } from './site.ts';

const member = initialisedOnce();
const BUNDLE = 'bundle.tar.gz';

/** Everything in the node says secrets, but for what rkube reads of the cluster. */
const TALKATIVE: readonly ExecRule[] = [
  { match: '^(journalctl|find|nft|ip |kubectl .* (describe|events|configmap))', stdout: `${PLANTED}\n` },
  { match: '^ps ', exitCode: 1, stderr: `ps: ${PLANTED.split('\n').at(-1)}\n` },
];

const textOf = async (site: TestSite, file = BUNDLE): Promise<ReadonlyMap<string, string>> =>
  unpack(readFileSync(join(site.home, file)));

describe('rkube support', () => {
  it('writes what it may tell of host, engine, node and cluster, for its owner alone', async () => {
    using site = member({ rules: TALKATIVE, programs: ['/bin/cat'] });
    const before = site.contents();
    const { exitCode, stdout, stderr } = await site.run(['support', '--output', BUNDLE]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: `${join(site.home, BUNDLE)}\n`,
      stderr: says(/✓ Read the node[^]*Read it before you give it away: tar -tzf .*bundle\.tar\.gz/),
    });
    expect(site.mode(BUNDLE)).toBe('600');
    expect(site.contents().filter((name) => !name.includes(BUNDLE))).toEqual(before);
    const found = await textOf(site);
    const names = [...found.keys()].map((name) => name.replace(/^[^/]+\//, ''));
    for (const name of [
      'index.txt',
      'doctor.json',
      'config.json',
      'engine.json',
      'container.json',
      'status.json',
      'host/kernel.txt',
      'node/journal/kubelet.log',
      'node/rkube/state.json',
      'kubernetes/nodes-in-full.txt',
    ])
      expect(names).toContain(name);
    expect([...found.values()].join('\n')).toContain('***');
    for (const [name, text] of found) expect(leaked(text), name).toEqual([]);
    expect(found.get('index.txt')).toMatch(/node\/processes\.txt .*not there; ps: +DB_PASSWORD: +\*\*\*/);
  });

  it('lists the same as JSON', async () => {
    using site = member();
    const { stdout } = await site.run(['support', '--output', BUNDLE, '--json']);
    const index = JSON.parse(stdout) as Index & { file: string };
    expect(index).toMatchObject({ file: join(site.home, BUNDLE), hosts: [{ node: site.node }], others: [] });
    const [{ host, entries } = { host: '', entries: [] }] = index.hosts;
    const found = await textOf(site);
    const there = entries.filter(({ bytes }) => bytes !== undefined).map(({ path }) => `${host}/${path}`);
    expect(there.toSorted()).toEqual([...found.keys()].filter((name) => !name.startsWith('index.')).toSorted());
  });

  it('names the file after cluster and node where none is asked for', async () => {
    using site = member();
    await site.run(['support']);
    expect(site.mode(`rkube-support-rkube-${site.node}.tar.gz`)).toBe('600');
  });

  it('lists with --dry-run what would be read, and reads and writes nothing of it', async () => {
    using site = member();
    const before = site.fingerprint();
    const { exitCode, stdout } = await site.run(['support', '--dry-run', '--output', BUNDLE]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: says(/^node\/journal\/kubelet\.log .* journalctl --boot/m),
    });
    expect(site.fingerprint()).toBe(before);
    expect(site.called(/journalctl/)).toEqual([]);
  });

  it('has what there is of a node that is stopped', async () => {
    using site = member();
    await site.run(['down']);
    await site.run(['support', '--output', BUNDLE]);
    const found = await textOf(site);
    expect([...found].find(([name]) => name.endsWith('/container.json'))?.[1]).toMatch(/"Status": "(exited|stopped)"/);
    expect([...found.keys()].some((name) => name.includes('/node/'))).toBe(false);
  });

  it('has what there is where there is no node', async () => {
    using site = new TestSite();
    expect((await site.run(['support', '--output', BUNDLE])).exitCode).toBe(0);
    const index = (await textOf(site)).get('index.txt');
    expect(index).toMatch(/engine\.json .*bytes/);
    expect(index).toMatch(/container\.json .*not there; .*no such container/i);
  });

  it('has what there is without an engine', async () => {
    using site = new TestSite({ kinds: [], engine: '' });
    expect((await site.run(['support', '--output', BUNDLE])).exitCode).toBe(0);
    const index = (await textOf(site)).get('index.txt');
    expect(index).toMatch(/engine\.json .*not there; .*podman is not installed/);
    expect(index).toMatch(/doctor\.json .*bytes/);
  });

  it('has what there is where the API server does not answer, and asks it once', async () => {
    using site = member({ rules: [{ match: '^kubectl', exitCode: 1, stderr: 'The connection was refused\n' }] });
    await site.run(['support', '--output', BUNDLE]);
    const found = await textOf(site);
    expect([...found].find(([name]) => name.endsWith('/status.json'))?.[1]).toContain('The connection was refused');
    expect([...found.keys()].some((name) => name.includes('/node/journal/kubelet.log'))).toBe(true);
    expect(site.called(/kubectl/)).toHaveLength(1);
  });

  it.each([['--json']])('refuses to write an archive to standard output with %s', async (flag) => {
    using site = member();
    expect(await site.run(['support', '--output', '-', flag])).toMatchObject({
      exitCode: 2,
      stderr: says('no place for it'),
    });
  });
});

describe('rkube support --peer', () => {
  /** Stands for ssh: runs what it is told on another site. */
  function sshTo(site: TestSite, far: TestSite): void {
    const env = Object.entries({ ...far.env, HOSTNAME: 'far' }).map(([key, value]) => `${key}='${value}'`);
    const line = `cd '${far.home}' && ${env.join(' ')} exec '${process.execPath}' '${LAUNCHER}' "$@"`;
    const ssh = join(site.state, 'bin', 'ssh');
    writeFileSync(ssh, `#!/bin/sh\nshift $(($# - 1))\neval "set -- \${1#* rkube}"\n${line}\n`);
    chmodSync(ssh, 0o755);
  }

  it('has what the other host tells, in a folder of its own', async () => {
    using site = member();
    using far = new TestSite();
    sshTo(site, far);
    const { exitCode, stderr } = await site.run(['support', '--output', BUNDLE, '--peer', 'host2']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: says('Read host2 by ssh') });
    const index = JSON.parse((await textOf(site)).get('index.json') ?? '') as Index;
    expect(index.hosts.map(({ node }) => node)).toEqual([site.node, far.node]);
  });

  it('goes on without one that does not answer, and says so', async () => {
    using site = member();
    writeFileSync(
      join(site.state, 'bin', 'ssh'),
      '#!/bin/sh\necho "ssh: connect to host host2 port 22: No route to host" >&2\nexit 255\n',
      { mode: 0o755 },
    );
    expect((await site.run(['support', '--output', BUNDLE, '--peer', 'host2'])).exitCode).toBe(0);
    expect((await textOf(site)).get('index.txt')).toMatch(/host2:\n.*could not be asked: .*No route to host/);
    expect(existsSync(join(site.home, BUNDLE))).toBe(true);
  });
});
