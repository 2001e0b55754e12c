import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { IGNORED, TestSite } from './site.ts';

const NODE = 'rkube-rkube-NODE';
const WELL = { match: 'is-system-running', stdout: 'degraded\n\ndefault via 192.0.2.1 dev eth0\n' };

/** What others do to the container, by the engine itself. */
async function engine(site: TestSite, ...args: readonly string[]): Promise<void> {
  const [file = ''] = site.fakes.calls().map((call) => call.engine);
  const named = args.map((word) => word.replaceAll('NODE', site.node));
  await site.fakes.runner.run({ file, args: named, effect: 'write' });
}

/** Runs the verb; what it said, and what it changed. */
async function changed(site: TestSite, ...args: string[]) {
  const before = site.changes().length;
  const outcome = await site.run(args);
  const words = site.changes().slice(before);
  return { outcome, words: words.map((line) => line.split(' ').slice(0, 2).join(' ')) };
}

const restore = (site: TestSite) => changed(site, 'up', '--restore', '--json', '--progress', 'none');
const restored = ({ outcome }: Awaited<ReturnType<typeof restore>>): unknown => {
  expect(outcome).toMatchObject({ exitCode: 0 });
  return (JSON.parse(outcome.stdout) as { restored: string }).restored;
};

describe('a node whose container was removed behind our back', () => {
  it('is made again with role and settings it had, without a flag', async () => {
    using site = new TestSite();
    await site.run(['up', '--worker', '--port-kubelet', '10251', '--publish', '30080']);
    await engine(site, 'rm', '--force', NODE);
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    const [first, again] = site.called(/^create/).map(({ argv }) => argv);
    expect(again).toEqual(first);
  });

  it('refuses other settings than it had', async () => {
    using site = new TestSite();
    await site.run(['up', '--port-kubelet', '10251']);
    await engine(site, 'rm', '--force', NODE);
    const { exitCode, stderr } = await site.run(['up', '--port-kubelet', '10252']);
    expect([exitCode, stderr]).toEqual([2, says(`as node ${site.node} has it (10251)`)]);
  });

  it('is found on the engine that has its volume', async () => {
    using site = new TestSite({ engine: '' });
    await site.run(['up', '--engine', 'podman']);
    await site.fakes.runner.run({
      file: 'podman',
      args: ['rm', '--force', `rkube-rkube-${site.node}`],
      effect: 'write',
    });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    expect(site.contents()).toContain('podman/containers/rkube-rkube-NODE.json');
  });
});

describe('rkube up --restore', () => {
  it.each([
    ['stopped', ['stop', NODE], 'started', [`start ${NODE}`]],
    ['removed', ['rm', '--force', NODE], 'created', [`create ${NODE}`, `start ${NODE}`]],
  ])('brings back a node whose container was %s by others', async (_, others, what, words) => {
    using site = new TestSite({ rules: [WELL] });
    await site.run(['up']);
    await engine(site, ...others);
    const outcome = await restore(site);
    expect(restored(outcome)).toBe(what);
    expect(outcome.words).toEqual([...words, ...Array.from({ length: 5 }, () => `exec ${NODE}`)]);
  });

  it('leaves alone a node that runs and answers', async () => {
    using site = new TestSite({ rules: [WELL] });
    await site.run(['up']);
    const outcome = await restore(site);
    expect([restored(outcome), outcome.words]).toEqual(['running', []]);
  });

  it.each([
    ['whose systemd does not answer', { ...WELL, exitCode: 124, stdout: '\n\ndefault via x\n' }, 'restarted', 'stop'],
    ['that has lost its network', { ...WELL, stdout: 'running\n\n' }, 'created', 'rm'],
  ])('starts anew a node that runs, but %s', async (_, rule, what, first) => {
    using site = new TestSite({ rules: [rule] });
    await site.run(['up']);
    const outcome = await restore(site);
    expect([restored(outcome), outcome.words[0]?.split(' ')[0]]).toEqual([what, first]);
  });

  it("follows the host's address, also where the node had ended, and tells what the move needs of others", async () => {
    using made = new TestSite({ rules: [WELL] });
    const old = { env: { HOST_IP: '192.0.2.50' }, ignore: [...IGNORED, 'address'] };
    expect(await made.run(['init'], old)).toMatchObject({ exitCode: 0 });
    await engine(made, 'stop', NODE);
    const etcd = {
      match: 'etcdctl .* member list',
      stdout: `1d, started, ${made.node}, https://192.0.2.50:2380, x, false\n`,
    };
    using site = new TestSite({ from: made, rules: [WELL, etcd] });
    const outcome = await site.run(['up', '--restore', '--json', ...IGNORED.flatMap((id) => ['--ignore', id])]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: says('moved from 192.0.2.50 to') });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ restored: 'moved', moved: { from: '192.0.2.50', tell: [] } });
  });

  it('leaves down what rkube down took down, also when others had stopped it before', async () => {
    using site = new TestSite({ rules: [WELL] });
    await site.run(['up']);
    await engine(site, 'stop', NODE);
    await site.run(['down']);
    const outcome = await restore(site);
    expect([restored(outcome), outcome.words]).toEqual(['down', []]);
    expect(outcome.outcome.stderr).toBe('');
    // The user may change their mind.
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
  });

  it('makes nothing where there is no node, or where it was deleted', async () => {
    using site = new TestSite();
    const before = await restore(site);
    expect([restored(before), before.words]).toEqual(['gone', []]);
    await site.run(['up']);
    await site.run(['delete', '--yes']);
    const after = await restore(site);
    expect([restored(after), after.words]).toEqual(['gone', []]);
  });

  it.each(['docker', 'nerdctl'])('makes the container anew when its network is gone, with %s', async (kind) => {
    using site = new TestSite({ engine: kind, rules: [WELL] });
    await site.run(['up', '--publish', '30080']);
    await engine(site, 'stop', NODE);
    await engine(site, 'network', 'rm', 'rkube-rkube');
    const outcome = await restore(site);
    expect(restored(outcome)).toBe('started');
    const words = outcome.words.filter((line) => !line.startsWith('update'));
    expect(words.slice(0, 4)).toEqual(['rm --force', 'network create', `create ${NODE}`, `start ${NODE}`]);
    const [first, again] = site.called(/^create/).map(({ argv }) => argv);
    expect(again).toEqual(first);
  });
});
