import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initialisedOnce } from './member.ts';
import { says } from './says.ts';
import { ADDRESS, TestSite } from './site.ts';

const member = initialisedOnce();

describe('rkube down, reset and delete', () => {
  it('down stops the node and keeps its state', async () => {
    using site = member();
    expect(await site.run(['down'])).toMatchObject({ exitCode: 0 });
    expect(site.changes()).toEqual([says(/^stop \S+ 30 rkube-rkube-NODE$/)]);
    expect(await site.run(['down'])).toMatchObject({ exitCode: 0, stderr: says('is stopped already') });
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says('is initialised already') });
  });

  it('reset empties the node, and init makes a cluster anew', async () => {
    using site = member();
    await site.run(['kubeconfig', '--write']);
    expect(await site.run(['reset', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(site.changes()).toContain(
      'exec rkube-rkube-NODE kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock',
    );
    expect(site.contents()).not.toContain('~/.kube/rkube-rkube.yaml');
    expect((await site.run(['up'])).stdout).toContain('empty');
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says('is up on') });
  });

  it('a control plane leaves etcd before it is emptied or removed, and its kubeadm asks no API without etcd', async () => {
    const rules = [{ match: '^bash -s leave ', stdout: 'Member 2b removed from cluster 1\n' }];
    using emptied = member({ rules });
    const hint = 'On another control plane: `rkube kubectl delete node';
    expect(await emptied.run(['reset', '--yes'])).toMatchObject({ exitCode: 0, stderr: says(hint) });
    expect(emptied.called(/kubeadm reset/)[0]?.argv.join(' ')).toContain(' --kubeconfig /run/rkube/none.conf');
    using removed = member({ rules });
    const { exitCode, stderr } = await removed.run(['delete', '--yes']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(hint);
    const order = removed.changes().flatMap((line) => /-s leave|kubeadm reset|^rm /.exec(line)?.[0] ?? []);
    expect(order.slice(0, 2)).toEqual(['-s leave', 'rm ']);
  });

  it('one that the others do not let go is removed with --force, and what is left to do is said', async () => {
    using site = member({ rules: [{ match: '^bash -s leave ', exitCode: 1, stderr: 'unhealthy cluster\n' }] });
    const { exitCode, stderr } = await site.run(['delete', '--yes', '--force']);
    expect([exitCode, stderr]).toEqual([0, says(/Could not leave etcd: .*unhealthy cluster.*another control plane/)]);
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it('one whose etcd does not run is taken out by kubeadm, where it knows other control planes', async () => {
    const state = JSON.stringify({ phase: 'member', role: 'control-plane', controlPlanes: [ADDRESS, '192.0.2.9'] });
    const rules = [
      { match: '^bash -s leave ', exitCode: 2, stderr: 'etcd does not run yet\n' },
      { match: '^cat /var/lib/rkube/state.json', stdout: state },
    ];
    using site = member({ rules });
    expect(await site.run(['delete', '--yes'])).toMatchObject({ exitCode: 0, stderr: says('another control plane') });
    expect(site.called(/kubeadm reset/)).toHaveLength(1);
  });

  it('the only control plane is removed without a word of others', async () => {
    using site = member();
    const { stderr } = await site.run(['delete', '--yes']);
    expect(stderr).not.toMatch(/Could not|another control plane/);
  });

  it('delete leaves nothing', async () => {
    using site = member();
    await site.run(['kubeconfig', '--write']);
    expect(await site.run(['delete', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(site.contents()).toEqual(['podman/containers', 'podman/volumes', '~/.kube']);
    expect(await site.run(['status'])).toMatchObject({ stdout: says('absent') });
  });

  it('delete removes a node that cannot be asked, and says so', async () => {
    using site = member({ rules: [{ match: '^cat ', exitCode: 126, stderr: 'no space left on device\n' }] });
    expect(await site.run(['delete', '--yes'])).toMatchObject({
      exitCode: 0,
      stderr: says('It is not known what the node was: Reading /var/lib/rkube/state.json'),
    });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it('delete of nothing is fine', async () => {
    using site = new TestSite();
    expect(await site.run(['delete', '--yes'])).toMatchObject({ exitCode: 0 });
  });

  it('delete removes the network with the last node of a cluster, and not before', async () => {
    using site = new TestSite({ engine: 'docker' });
    await site.run(['up', '--node', 'one']);
    await site.run([
      'up',
      '--node',
      'two',
      '--port-apiserver',
      '7443',
      '--port-kubelet',
      '7250',
      '--port-flannel',
      '7472',
      '--port-etcd',
      '0',
    ]);
    await site.run(['delete', '--yes', '--node', 'one']);
    expect(site.contents()).toContain('docker/networks/rkube-rkube.json');
    await site.run(['delete', '--yes', '--node', 'two']);
    expect(site.contents()).toEqual(['docker/containers', 'docker/networks', 'docker/volumes']);
  });

  it.each(['reset', 'delete'])('%s asks for --yes where nobody can be asked, and changes nothing', async (verb) => {
    using site = member();
    const before = site.contents();
    expect(await site.run([verb])).toMatchObject({ exitCode: 2, stderr: says('confirm with --yes') });
    expect([site.changes(), site.contents()]).toEqual([[], before]);
  });
});

describe('a dry run', () => {
  const changing: [string, string[], string][] = [
    ['up', [], 'tar -x'],
    ['init', [], 'kubectl --kubeconfig=/etc/kubernetes/admin.conf apply'],
    ['join-command', ['--control-plane'], 'kubeadm token create'],
    ['down', [], '$ podman stop '],
    ['reset', [], 'kubeadm reset --force'],
    ['delete', [], 'podman volume rm'],
  ];
  it.each(changing)('of %s on a member shows the commands and changes nothing', async (verb, flags, command) => {
    using site = member();
    mkdirSync(join(site.home, '.kube'));
    writeFileSync(join(site.home, '.kube/rkube-rkube.yaml'), 'kind: Config');
    const before = site.fingerprint();
    const { exitCode, stderr } = await site.run([verb, ...flags, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('$ podman ');
    expect(stderr).toContain(command);
    expect(site.changes()).toEqual([]);
    expect(site.fingerprint()).toBe(before);
  });

  it.each([
    ['up', 'podman create --name'],
    ['init', 'kind: ClusterConfiguration'],
  ])('of %s on a clean host shows everything and changes nothing', async (verb, text) => {
    using site = new TestSite();
    const before = site.fingerprint();
    expect(await site.run([verb, '--dry-run'])).toMatchObject({ exitCode: 0, stderr: says(text) });
    expect(site.changes()).toEqual([]);
    expect(site.fingerprint()).toBe(before);
  });

  it('is not offered by verbs that change nothing', async () => {
    using site = member();
    expect(await site.run(['status', '--dry-run'])).toMatchObject({
      exitCode: 2,
      stderr: says("unknown option '--dry-run'"),
    });
  });
});
