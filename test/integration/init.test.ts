import { describe, expect, it } from 'vitest';
import { ADMIN_CONF, WORKS } from './kubernetes.ts';
import { says } from './says.ts';
import { TestSite } from './site.ts';

const APPLY =
  'exec rkube-rkube-NODE kubectl --kubeconfig=/etc/kubernetes/admin.conf apply --server-side --force-conflicts --validate=false --field-manager=rkube -f -';
const KUBEADM = 'exec rkube-rkube-NODE /usr/local/lib/rkube/op run kubeadm init --config /run/rkube/op.input';
const UNDO = [
  'rm --force --ignore --time=0 rkube-rkube-NODE',
  'volume rm rkube-rkube-NODE-var',
  'volume rm rkube-rkube-NODE-kubernetes',
];

describe('rkube init', () => {
  it('runs from nothing through to the kubeconfig', async () => {
    using site = new TestSite();
    const outcome = await site.run(['init', '--json']);
    expect(outcome.exitCode).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      already: false,
      kubeconfig: `${site.home}/.kube/rkube-rkube.yaml`,
    });
    expect(site.changes().slice(-6)).toEqual([
      'exec rkube-rkube-NODE /usr/local/lib/rkube/apply',
      KUBEADM,
      expect.stringContaining('config set-credentials system:node:NODE --client-certificate='),
      // Before the note, which would count on files that a power failure takes.
      'exec rkube-rkube-NODE /usr/local/lib/rkube/keep',
      expect.stringMatching(/^exec .* sh \/var\/lib\/rkube\/state\.json$/),
      APPLY,
    ]);
    expect(site.read('.kube/rkube-rkube.yaml')).toContain('server: https://127.0.0.1:6443');
    expect(site.mode('.kube/rkube-rkube.yaml')).toBe('600');
  });

  it('gives kubeadm its documents on standard input', async () => {
    using site = new TestSite();
    await site.run(['init', '--pod-subnet', '10.100.0.0/16']);
    const [call] = site.called(/op run kubeadm init/);
    expect(call?.stdin).toMatch(/^kind: ClusterConfiguration$/m);
    expect(call?.stdin).toMatch(/^ {2}podSubnet: 10\.100\.0\.0\/16$/m);
    const [manifest] = site.called(/kubectl .* apply /);
    expect(manifest?.stdin).toContain('"Network":"10.100.0.0/16"');
  });

  it('shows every command with its time where it is asked to, in the node too', async () => {
    using site = new TestSite();
    const { stderr } = await site.run(['init'], { env: { RKUBE_DEBUG: '1' } });
    expect(stderr).toMatch(/^ {2}\d+\.\d\d s: \d+\.\d\d s, exit 0: podman info /m);
    expect(stderr).toMatch(/, exit 0: podman exec --interactive \S+ \S+\/op run kubeadm init /);
  });

  it('waits until DNS answers with a record', async () => {
    const noRecord = { match: WORKS.dns.match, stdout: ' 00 2c 00 01 85 00 00 01 00 00 00 00 00 00\n', times: 2 };
    using site = new TestSite({ rules: [noRecord] });
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0 });
    expect(site.called(/timeout 5 bash/)).toHaveLength(3);
  });

  it('says already at the second run, ends well and leaves kubeadm alone', async () => {
    using site = new TestSite();
    await site.run(['init']);
    const before = site.changes();
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says('is initialised already') });
    expect(
      site
        .changes()
        .slice(before.length)
        .filter((line) => line.includes('kubeadm')),
    ).toEqual([]);
  });

  it('waits for the API server of a host that has just booted', async () => {
    using site = new TestSite({
      rules: [{ match: '^kubectl .* --raw /readyz', exitCode: 1, stderr: 'connection refused\n', times: 2 }],
    });
    await site.run(['init']);
    expect(site.called(/--raw \/readyz/)).toHaveLength(0);
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says('is initialised already') });
    expect(site.called(/--raw \/readyz|kubectl .* apply /).map(({ argv }) => argv.includes('apply'))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
  });

  it('finishes what is missing when it failed after kubeadm', async () => {
    using site = new TestSite({
      rules: [{ match: WORKS.apply.match, exitCode: 1, stderr: 'the server is away\n', times: 1 }],
    });
    const first = await site.run(['init']);
    expect(first).toMatchObject({ exitCode: 1, stderr: says(/Installing Flannel[^]*the server is away/) });
    expect(site.changes().filter((line) => UNDO.includes(line))).toEqual([]);
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0 });
    expect(site.changes().filter((line) => line === KUBEADM)).toHaveLength(1);
  });

  describe('when kubeadm fails', () => {
    const failing = {
      match: WORKS.init.match,
      exitCode: 1,
      stdout: '[init] begins\n',
      stderr: '[ERROR Port-6443]: Port 6443 is in use\n',
    };

    it('shows the command and its last output, and takes back what it made', async () => {
      using site = new TestSite({ rules: [failing] });
      const outcome = await site.run(['init']);
      expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
      expect(outcome.stderr).toMatch(/✗ kubeadm init: podman ended with exit code 1/);
      expect(outcome.stderr).toMatch(/\$ podman exec --interactive \S+ \S+\/op run kubeadm init --config/);
      expect(outcome.stderr).toContain('[ERROR Port-6443]: Port 6443 is in use');
      expect(outcome.stderr).toContain('→ See `rkube logs`');
      expect(site.changes().slice(-3)).toEqual(UNDO);
      expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
    });

    it('gives the error as JSON to programs', async () => {
      using site = new TestSite({ rules: [failing] });
      const { stdout } = await site.run(['init', '--json']);
      const { error } = JSON.parse(stdout) as { error: { id: string; details: string[] } };
      expect(error.id).toBe('command-failed');
      expect(error.details).toContainEqual(expect.stringContaining('Port-6443'));
    });

    it('tells why it probably failed, as read in the node before that is taken away', async () => {
      using site = new TestSite({
        rules: [
          { ...failing, stderr: 'The kubelet is not healthy after 4m0s\n' },
          { match: '^bash -s', stdout: '\n== controllers\nmemory pids\n' },
        ],
      });
      const { exitCode, stderr } = await site.run(['init']);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: says(/not healthy after[^]*Most likely cause: .*cgroup[^]*seen: .*missing: cpu[^]*fix: [^]*rkube logs/),
      });
      expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
    });

    it('tells of the failure alone where the node does not say why', async () => {
      using site = new TestSite({
        rules: [
          { ...failing, stderr: 'The kubelet is not healthy after 4m0s\n' },
          { match: '^bash -s', exitCode: 137, stderr: 'killed' },
        ],
      });
      const { exitCode, stderr } = await site.run(['init']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: says('not healthy after') });
      expect(stderr).not.toContain('Most likely');
    });

    it('keeps everything with --retain, and the next run repairs it', async () => {
      using site = new TestSite({ rules: [{ ...failing, times: 1 }] });
      expect(await site.run(['init', '--retain'])).toMatchObject({ exitCode: 1, stderr: says('--retain') });
      expect(site.contents()).toContain('podman/containers/rkube-rkube-NODE.json');
      const before = site.changes();
      expect(await site.run(['init'])).toMatchObject({ exitCode: 0 });
      const repair = site.changes().slice(before.length);
      expect(repair.findIndex((line) => line.includes('kubeadm reset'))).toBeGreaterThan(-1);
      expect(repair.findIndex((line) => line.includes('kubeadm reset'))).toBeLessThan(repair.indexOf(KUBEADM));
    });

    it('keeps a node that was there before, and takes only kubeadm back', async () => {
      using site = new TestSite({ rules: [failing] });
      await site.run(['up']);
      expect(await site.run(['init'])).toMatchObject({ exitCode: 1 });
      expect(site.changes().at(-1)).toContain('ip link delete flannel.1');
      expect(site.changes()).toContain('exec rkube-rkube-NODE /usr/local/lib/rkube/op stop');
      expect(site.contents()).toContain('podman/containers/rkube-rkube-NODE.json');
    });
  });

  it('keeps the state of a node whose container was removed behind its back', async () => {
    using site = new TestSite();
    await site.run(['init']);
    const name = `rkube-rkube-${site.node}`;
    await site.fakes.runner.run({ file: 'podman', args: ['rm', '--force', name], effect: 'write' });
    const before = site.changes();
    expect(await site.run(['init'])).toMatchObject({ exitCode: 0, stderr: says('is initialised already') });
    expect(
      site
        .changes()
        .slice(before.length)
        .filter((line) => /volume|kubeadm/.test(line)),
    ).toEqual([]);
    expect(site.fakes.calls().length).toBeGreaterThan(0);
  });

  it('refuses an image of another Kubernetes than the one asked for', async () => {
    using site = new TestSite({ images: ['localhost/mine:1'] });
    expect(await site.run(['init', '--image', 'localhost/mine:1', '--kubernetes-version', 'v1.35.0'])).toMatchObject({
      exitCode: 1,
      stderr: says('The node image holds Kubernetes v1.36.3, expected v1.35.0 (from --kubernetes-version)'),
    });
  });

  it('never shows a key of the cluster', async () => {
    using site = new TestSite();
    const { stdout, stderr } = await site.run(['init', '--json', '--progress', 'json']);
    expect(ADMIN_CONF).toContain('S0VZ');
    expect(stdout + stderr).not.toContain('S0VZ');
  });
});
