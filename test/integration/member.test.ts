import { describe, expect, it } from 'vitest';
import { decodeTicket } from '../../src/kubeadm/ticket.ts';
import { CA_HASH, CERTIFICATE_KEY, TOKEN } from './kubernetes.ts';
import { initialisedOnce } from './member.ts';
import { says } from './says.ts';
import { ADDRESS, TestSite } from './site.ts';

const member = initialisedOnce();

describe('rkube status', () => {
  it('shows node, nodes of the cluster and pods that are not well', async () => {
    using site = member();
    const { exitCode, stdout } = await site.run(['status']);
    expect(exitCode).toBe(0);
    const lines = stdout.replaceAll(site.node, 'NODE').replace(ADDRESS, 'ADDRESS').trimEnd().split('\n');
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
      'cluster  rkube',
      'node  NODE (ADDRESS), control-plane, member',
      'engine  podman 5.4.2',
      'container  running, localhost/rkube-node:v1.36.3',
      '',
      'NODE  STATUS  ROLE  ADDRESS  VERSION',
      'NODE  Ready  control-plane  192.0.2.7  v1.36.3',
      '',
      'NAMESPACE  POD  NODE  STATE  RESTARTS',
      'kube-system  coredns-1  host1  CrashLoopBackOff  4',
    ]);
  });

  it('says the same as JSON', async () => {
    using site = member();
    const { stdout } = await site.run(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      container: 'running',
      phase: 'member',
      role: 'control-plane',
      engine: 'podman 5.4.2',
      nodes: [{ name: site.node, ready: true, role: 'control-plane', version: 'v1.36.3' }],
      ailingPods: [{ name: 'coredns-1', state: 'CrashLoopBackOff', restarts: 4 }],
      problem: '',
    });
  });

  it('ends with 1 and names the problem when the API does not answer', async () => {
    using site = member({ rules: [{ match: '^kubectl', exitCode: 1, stderr: 'E1\nThe connection was refused\n' }] });
    expect(await site.run(['status'])).toMatchObject({
      exitCode: 1,
      stdout: says(/^problem +The connection was refused$/m),
    });
  });

  it('tells why the node probably ails', async () => {
    using site = member({
      rules: [
        { match: '^kubectl', exitCode: 1, stderr: 'The connection was refused\n' },
        { match: '^bash -s', stdout: '\n== units\nId=containerd.service\nActiveState=failed\nSubState=failed\n' },
      ],
    });
    const { stdout } = await site.run(['status']);
    expect(stdout).toMatch(/Most likely cause: containerd in the node does not run\n {2}seen: systemctl: containerd/);
    const { causes } = JSON.parse((await site.run(['status', '--json'])).stdout) as { causes: unknown };
    expect(causes).toMatchObject([
      { id: 'containerd-down', evidence: 'systemctl: containerd.service is failed (failed)' },
    ]);
  });

  it('does not look for causes where all is well', async () => {
    using site = member();
    await site.run(['status']);
    expect(site.called(/bash -s/)).toEqual([]);
    expect((await site.run(['status'])).stderr).not.toContain('rkube sync');
  });

  it('says what another node that is lost may need to be told, when a control plane has moved', async () => {
    const other = (role: string, ready: string) => ({
      kind: 'Node',
      metadata: { name: `other${role}`, labels: role === 'worker' ? {} : { [`node-role.kubernetes.io/${role}`]: '' } },
      status: {
        conditions: [{ type: 'Ready', status: ready }],
        addresses: [{ type: 'InternalIP', address: '192.0.2.8' }],
      },
    });
    const items = [other('worker', 'Unknown'), other('control-plane', 'True')];
    using site = member({ rules: [{ match: '^kubectl .* get nodes,pods -A', stdout: JSON.stringify({ items }) }] });
    const { stderr } = await site.run(['status']);
    expect(stderr).toContain('otherworker: `rkube status` on the host tells more.');
    expect(stderr).toContain('  rkube sync --control-plane 192.0.2.8\n');
  });

  it('says what to do where there is no node', async () => {
    using site = new TestSite();
    const outcome = await site.run(['status']);
    expect(outcome).toMatchObject({
      exitCode: 0,
      stdout: says(/^container +absent$/m),
      stderr: says('Next: `rkube init`'),
    });
    expect(site.changes()).toEqual([]);
  });

  it('says what to do where the node is stopped', async () => {
    using site = member();
    await site.run(['down']);
    expect(await site.run(['status'])).toMatchObject({
      exitCode: 0,
      stdout: says('stopped'),
      stderr: says('`rkube up` starts it'),
    });
  });

  it('tells of a node that cannot be asked', async () => {
    using site = member({
      rules: [
        { match: '^cat /var/lib/rkube/state', exitCode: 126, stderr: 'write /run/exec: no space left on device\n' },
      ],
    });
    const { stdout } = await site.run(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      container: 'running',
      phase: 'unknown',
      problem: says(/^Reading \S+ in the node: [^]*no space left/),
    });
  });
});

describe('rkube kubeconfig', () => {
  it('prints it with the address of this host itself', async () => {
    using site = member();
    const { exitCode, stdout, stderr } = await site.run(['kubeconfig']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('server: https://127.0.0.1:6443');
    expect(stdout).toContain('current-context: rkube-rkube');
  });

  it('prints it with the address others use with --remote', async () => {
    using site = member();
    expect((await site.run(['kubeconfig', '--remote'])).stdout).toContain(`server: https://${ADDRESS}:6443`);
  });

  it('writes it for its owner alone with --write', async () => {
    using site = member();
    expect(await site.run(['kubeconfig', '--write'])).toMatchObject({
      exitCode: 0,
      stdout: `${site.home}/.kube/rkube-rkube.yaml\n`,
    });
    expect(site.mode('.kube/rkube-rkube.yaml')).toBe('600');
  });

  it.each([
    ['kubeconfig', ['kubeconfig']],
    ['kubectl', ['kubectl', 'get', 'nodes']],
    ['join-command', ['join-command']],
    ['up', ['up']],
  ])('%s tells why the node could not be asked, not that it is none', async (_, words) => {
    using site = member({
      rules: [
        {
          match: '^(cat /etc/kubernetes|cat /var/lib/rkube/state|kubectl)',
          exitCode: 126,
          stderr: 'write /run/exec: no space left on device\n',
        },
      ],
    });
    const { exitCode, stderr } = await site.run(words);
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(
      /Reading \/(etc\/kubernetes|var\/lib\/rkube)\/\S+ in the node[^]*no space left[^]*→ Free space/,
    );
    expect(stderr).not.toMatch(/no administrator|cannot make tickets/);
  });

  it('is refused where no cluster was made', async () => {
    using site = new TestSite();
    await site.run(['up']);
    expect(await site.run(['kubeconfig'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: says('not an initialised control plane'),
    });
  });
});

describe('commands in the node', () => {
  it('kubectl passes arguments, input, output and exit code through', async () => {
    using site = member({ rules: [{ match: 'kubectl .* apply', exitCode: 7, stdout: 'made\n', stderr: 'oh\n' }] });
    const outcome = await site.run(['kubectl', 'apply', '--dry-run=server', '-f', '-', '--json'], {
      input: 'kind: Pod',
    });
    expect(outcome).toMatchObject({ exitCode: 7, stdout: 'made\n', stderr: 'oh\n' });
    const [call] = site.called(/kubectl .* apply/);
    expect(call?.argv.slice(3)).toEqual([
      'kubectl',
      '--kubeconfig=/etc/kubernetes/admin.conf',
      'apply',
      '--dry-run=server',
      '-f',
      '-',
      '--json',
    ]);
    expect(call?.stdin).toBe('kind: Pod');
  });

  it('shell runs a command, flags and all', async () => {
    using site = member({ rules: [{ match: '^ip -4', exitCode: 3, stdout: 'lo\n' }] });
    expect(await site.run(['shell', '--', 'ip', '-4', 'address'])).toMatchObject({ exitCode: 3, stdout: 'lo\n' });
  });

  it('logs asks the journal for the units that matter', async () => {
    using site = member({ rules: [{ match: '^journalctl', stdout: 'line\n' }] });
    expect(await site.run(['logs', '--lines', '5'])).toMatchObject({ exitCode: 0, stdout: 'line\n' });
    expect(site.called(/journalctl/)[0]?.argv.join(' ')).toContain(
      'journalctl --no-pager -n 5 -u rkube-node -u containerd -u kubelet',
    );
  });

  it('logs shows what the engine kept of a stopped node', async () => {
    using site = member();
    await site.run(['down']);
    expect(await site.run(['logs'])).toMatchObject({ exitCode: 0, stdout: says('Welcome to node') });
  });

  it.each([['kubectl', 'get', 'nodes'], ['shell', 'true'], ['logs']])(
    '%s says what to do where there is no node',
    async (...words) => {
      using site = new TestSite();
      expect(await site.run(words)).toMatchObject({
        exitCode: 1,
        stderr: says(/does not exist on this host\n +→ `rkube init`/),
      });
    },
  );
});

it.each(['kubeconfig', 'reset --yes'])('%s says that a stopped node does not run', async (words) => {
  using site = member();
  await site.run(['down']);
  expect(await site.run(words.split(' '))).toMatchObject({ exitCode: 1, stderr: says('`rkube up` starts it') });
});

it('reset of a node that is not there is fine', async () => {
  using site = new TestSite();
  expect(await site.run(['reset', '--yes'])).toMatchObject({ exitCode: 0, stderr: says('a member of no cluster') });
});

describe('rkube join-command', () => {
  it('prints one line with a ticket that holds what a joining host needs', async () => {
    using site = member();
    const { exitCode, stdout } = await site.run(['join-command', '--ttl', '15m']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^rkube join <<< rkube1\.[\w-]+\.[\w-]+\n$/);
    const ticket = decodeTicket(stdout);
    expect(ticket).toMatchObject({
      cluster: 'rkube',
      token: TOKEN,
      caCertHash: CA_HASH,
      controlPlanes: [ADDRESS],
      port: 6443,
      kubernetesVersion: 'v1.36.3',
    });
    expect(ticket.certificateKey).toBeUndefined();
    expect(Date.parse(ticket.expires) - Date.now()).toBeGreaterThan(14 * 60_000);
    expect(Date.parse(ticket.expires) - Date.now()).toBeLessThan(15 * 60_000 + 1);
    expect(site.called(/token create/)[0]?.argv).toContain('900s');
  });

  it('adds the certificate key with --control-plane, and no more than two hours', async () => {
    using site = member();
    const { stdout } = await site.run(['join-command', '--control-plane', '--ttl', '1d', '--json']);
    const answer = JSON.parse(stdout) as { ticket: string; expires: string };
    expect(decodeTicket(answer.ticket).certificateKey).toBe(CERTIFICATE_KEY);
    expect(Date.parse(answer.expires) - Date.now()).toBeLessThan(2 * 3_600_000 + 1);
    const [upload] = site.called(/upload-certs/);
    expect(upload?.stdin).toContain(`\n  advertiseAddress: ${ADDRESS}\n`);
    expect(upload?.stdin).toMatch(/^kubernetesVersion: v1\.36\.3$/m);
  });

  it('shows its secrets nowhere but in the ticket', async () => {
    using site = member();
    const { stdout, stderr } = await site.run(['join-command', '--control-plane', '--progress', 'json']);
    const argv = JSON.stringify(site.fakes.calls().map((call) => call.argv));
    expect(stdout + stderr + argv).not.toMatch(new RegExp(`${TOKEN}|${CERTIFICATE_KEY}`));
  });

  it.each(['0s', '5', '2 h', '-1h', '1w', ''])('refuses --ttl "%s"', async (ttl) => {
    using site = member();
    expect(await site.run(['join-command', `--ttl=${ttl}`])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: says('--ttl must be a number with s, m, h or d'),
    });
    expect(site.fakes.calls()).toEqual([]);
  });

  it('is refused where no cluster was made', async () => {
    using site = new TestSite();
    await site.run(['up']);
    expect(await site.run(['join-command'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: says('found a node in phase "empty"'),
    });
  });
});
