import { describe, expect, it } from 'vitest';
import { WORKS } from './kubernetes.ts';
import { says } from './says.ts';
import { TestSite } from './site.ts';

/** The first time this command does not end by itself. */
const held = <T extends object>(rule: T) => ({ ...rule, hold: true, times: 1 });
const HELD_INIT = held(WORKS.init);
const KUBEADM_RUNS = /op run kubeadm init/;

describe('rkube, when it is interrupted in the middle of init', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s takes back what it made, and ends with 130', async (signal) => {
    using site = new TestSite({ rules: [HELD_INIT] });
    const running = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    running.kill(signal);
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: says(/✗ Interrupted during: Init.*\n$/) });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0 });
  });

  it('does the same when a terminal signals the engine, too', async () => {
    using site = new TestSite({ rules: [HELD_INIT] });
    const running = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    running.killGroup('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: says('Interrupted during') });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it('ends what runs in a node that was there before, and keeps the node', async () => {
    using site = new TestSite({ rules: [HELD_INIT] });
    await site.run(['up']);
    const running = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    running.kill('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130 });
    const after = site.changes().slice(site.changes().findIndex((line) => KUBEADM_RUNS.test(line)) + 1);
    expect(after.slice(0, 2)).toEqual([
      'exec rkube-rkube-NODE /usr/local/lib/rkube/op stop',
      'exec rkube-rkube-NODE kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock',
    ]);
    expect(site.contents()).toContain('podman/containers/rkube-rkube-NODE.json');
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0 });
  });

  it('lets a second Ctrl-C end the clean-up, and names what is left', async () => {
    using site = new TestSite({ rules: [HELD_INIT, held({ match: '^kubeadm reset' })] });
    await site.run(['up']);
    const running = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    running.kill('SIGINT');
    await site.waitFor(/kubeadm reset/);
    running.kill('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: says('the next run repairs it') });
  });
});

describe('rkube init after rkube was killed', () => {
  it.each([
    ['while it created the node', '^create '],
    ['while it prepared the node', 'tar -x'],
    ['while kubeadm ran', 'op run kubeadm init'],
    ['while it noted that kubeadm is done', 'sh /var/lib/rkube/state.json'],
    ['while it installed the pod network', 'kubectl .* apply'],
    ['while it waited for the node', 'kubectl .* wait'],
  ])('%s, succeeds', async (_, moment) => {
    using site = new TestSite({ rules: [held({ match: moment })] });
    const running = site.start(['init']);
    await site.waitFor(new RegExp(moment));
    running.kill('SIGKILL');
    expect(await running.done).toMatchObject({ signal: 'SIGKILL' });
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says(/is (already )?up on/) });
  });

  it('ends kubeadm, which goes on in the node, before it begins anew', async () => {
    using site = new TestSite({ rules: [HELD_INIT] });
    const running = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    running.kill('SIGKILL');
    await running.done;
    await site.run(['init']);
    const inNode = site
      .changes()
      .filter((line) => /op |kubeadm/.test(line))
      .map((line) => line.replace(/.*(op stop|kubeadm \w+).*/, '$1'));
    expect(inNode).toEqual(['kubeadm init', 'op stop', 'kubeadm reset', 'kubeadm init']);
  });
});

describe('two rkube at once', () => {
  it('refuses the second on the same node, clearly, and lets the first finish', async () => {
    using site = new TestSite({ rules: [HELD_INIT] });
    const first = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    const before = site.changes().length;
    for (const verb of [['init'], ['up'], ['down'], ['reset', '--yes'], ['delete', '--yes']]) {
      expect(await site.run(verb)).toMatchObject({ exitCode: 1, stderr: says('Another rkube is working on') });
    }
    expect(site.changes()).toHaveLength(before);
    site.release();
    expect(await first.done).toMatchObject({ exitCode: 0 });
  });

  it('lets one that only reads go on', async () => {
    using site = new TestSite({ rules: [HELD_INIT] });
    const first = site.start(['init']);
    await site.waitFor(KUBEADM_RUNS);
    expect(await site.run(['status'])).toMatchObject({ exitCode: 0, stdout: says('initializing') });
    site.release();
    expect(await first.done).toMatchObject({ exitCode: 0 });
  });
});
