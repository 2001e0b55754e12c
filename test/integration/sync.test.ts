import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, answerRequests, type Request } from '../../src/agent/control.ts';
import type { PortRow } from '../../src/agent/rows.ts';
import { socketPath } from '../../src/host/agent-socket.ts';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { says } from './says.ts';
import { ADDRESS, IGNORED, type SiteOptions, TestSite } from './site.ts';

// A node that was made when its host had another address. What kubeadm's files become is in
// test/unit/node/readdress.test.ts.

const OLD = '192.0.2.50';
const ANY = IGNORED.flatMap((id) => ['--ignore', id]);
const SYNC = ['sync', ...ANY];

let made: TestSite;
beforeAll(async () => {
  made = new TestSite();
  const { exitCode, stderr } = await made.run(
    ['init', '--publish', '30080', '--publish', '0.0.0.0:30081', '--listen', OLD],
    {
      env: { HOST_IP: OLD },
      ignore: [...IGNORED, 'address'],
    },
  );
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => made[Symbol.dispose]());

/** That node, on a host that has ADDRESS now. */
function moved(rules: readonly ExecRule[] = [], options: SiteOptions = {}): TestSite {
  return new TestSite({ ...options, from: made, rules });
}

const created = (site: TestSite): string =>
  site
    .called(/^create /)
    .at(-1)
    ?.argv.join(' ') ?? '';

describe('rkube sync, when the host has another address', () => {
  it('makes the container anew at that address, from its volumes, with all its settings', async () => {
    using site = moved();
    const { exitCode, stdout } = await site.run([...SYNC, '--json']);
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, from: OLD, address: ADDRESS, tell: [] });
    expect(created(site)).toContain(`${ADDRESS}:6443:6443/tcp`);
    expect(created(site)).toContain(`${ADDRESS}:30080:30080/tcp`);
    expect(created(site)).toContain('0.0.0.0:30081:30081/tcp');
    expect(created(site)).not.toContain(OLD);
    expect(site.changes().filter((line) => line.includes('volume'))).toEqual([]);
  });

  it('changes what names the address in the node before the kubelet starts, and etcd after', async () => {
    using site = moved();
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 0 });
    const order = [
      'bash -s hold',
      `bash -s ${ADDRESS}`,
      'certs apiserver',
      'certs etcd-peer',
      'start kubelet',
      `https://${ADDRESS}:2380`,
    ];
    const seen = site.changes().flatMap((line) => order.find((each) => line.includes(each)) ?? []);
    expect(seen).toEqual(order);
    expect(site.called(/certs apiserver/)[0]?.stdin).toContain(`advertiseAddress: ${ADDRESS}`);
  });

  it('lets live ports follow that were to listen on the address of the node', async () => {
    using site = moved();
    const listen = async (): Promise<unknown> =>
      (JSON.parse((await site.run(['shell', 'cat', '/var/lib/rkube/state.json'])).stdout) as { listen: unknown })
        .listen;
    await site.run(SYNC);
    expect(await listen()).toBe('');
    await site.run(['up', ...ANY, '--listen', '127.0.0.1']);
    expect(await listen()).toBe('127.0.0.1');
  });

  it('does nothing a second time', async () => {
    using site = moved();
    await site.run(SYNC);
    const before = site.changes().length;
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 0, stderr: says(`has ${ADDRESS} already`) });
    expect((await site.run(SYNC)).stderr).toContain('No agent runs: live ports are not served');
    expect(site.changes().slice(before)).toEqual([]);
    expect(await site.run(['join-command'])).toMatchObject({ exitCode: 0 });
  });

  it('has the agent do a pass, and tells of ports that cannot be open', async () => {
    using site = moved();
    const asked: string[] = [];
    const row = {
      cluster: 'rkube',
      node: site.node,
      protocol: 'tcp',
      address: ADDRESS,
      target: '',
      for: 'service a/b',
    };
    const ports: PortRow[] = [
      { ...row, port: 30090, state: 'refused', reason: 'sshd (pid 1) holds it' },
      { ...row, port: 30091, state: 'refused', reason: '', node: 'other' },
      { ...row, port: 30092, state: 'open', reason: '' },
    ];
    const agent = new AbortController();
    const env = { XDG_RUNTIME_DIR: join(site.home, 'run') };
    const answer = async ({ do: what }: Request): Promise<Answer> => (asked.push(what), { ports, error: 'no engine' });
    await answerRequests(socketPath({ env, uid: 0 }), answer, agent.signal);
    const { exitCode, stderr } = await site.run(SYNC, { env });
    agent.abort();
    expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: ['sync'] });
    expect(stderr).toContain('The agent could not do its pass: no engine');
    expect(stderr).toContain(`Port ${ADDRESS}:30090/tcp for service a/b is not open: sshd (pid 1) holds it`);
    expect(stderr).not.toMatch(/3009[12]|No agent/);
  });

  it.each([
    ['holds the kubelet', 'bash -s hold'],
    ['stops the container', '^stop '],
    ['removes the container', '^rm --force'],
    ['makes the container', '^create '],
    ['starts it', '^start |systemctl .*restart'],
    ['changes files', `bash -s ${ADDRESS.replaceAll('.', '\\.')}`],
    ['prepares the node', 'tar -x'],
    ['starts the kubelet', 'systemctl start kubelet'],
    ['tells etcd', 'bash -s .* https:'],
    ['waits for the node', 'kubectl .* wait'],
    ['notes that all is done', 'sh /var/lib/rkube/state.json'],
  ])('finishes what is missing after it was killed when it %s', async (_, moment) => {
    using site = moved([{ match: moment, hold: true, times: 1 }]);
    const before = site.fakes.calls().length;
    const running = site.start(SYNC);
    const reached = (): boolean =>
      site.fakes
        .calls()
        .slice(before)
        .some(({ argv }) => new RegExp(moment).test(argv.join(' ')));
    for (const end = Date.now() + 15_000; !reached() && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 20));
    running.kill('SIGKILL');
    await running.done;
    expect(reached()).toBe(true);
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 0 });
    expect(created(site)).toContain(`${ADDRESS}:30080:30080/tcp`);
    const state = await site.run(['up', '--json', ...ANY]);
    expect(JSON.parse(state.stdout)).toMatchObject({ address: ADDRESS, controlPlanes: [ADDRESS], phase: 'member' });
  });

  it.each([
    ['goes on', ADDRESS],
    ['comes back to the address it had', OLD],
  ])('needs no flag when it was killed with the container gone, and %s', async (_, address) => {
    using site = moved([{ match: 'bash -s hold', hold: true, times: 1 }]);
    const running = site.start(SYNC);
    await site.waitFor(/bash -s hold/);
    running.kill('SIGKILL');
    await running.done;
    await site.fakes.runner.run({
      file: 'podman',
      args: ['rm', '--force', `rkube-rkube-${site.node}`],
      effect: 'write',
    });
    const again = [...SYNC, '--ignore', 'address'];
    expect(await site.run(again, { env: { HOST_IP: address } })).toMatchObject({ exitCode: 0 });
    expect(created(site)).toContain(`${address}:30080:30080/tcp`);
    expect(
      site
        .called(/bash -s [\d.]+$/)
        .at(-1)
        ?.argv.at(-1),
    ).toBe(address);
    expect((await site.run(['up'], { env: { HOST_IP: address } })).stderr).not.toContain('not complete');
  });

  it('leaves it to up to bring back a container that others removed', async () => {
    using site = moved();
    await site.run(SYNC);
    await site.fakes.runner.run({
      file: 'podman',
      args: ['rm', '--force', `rkube-rkube-${site.node}`],
      effect: 'write',
    });
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 1, stderr: says('has lost its container') });
  });

  it('names the other nodes, and the line to type there', async () => {
    const node = (name: string, address: string) => ({
      kind: 'Node',
      metadata: { name },
      status: { addresses: [{ type: 'InternalIP', address }] },
    });
    const items = [node(made.node, OLD), node('far', '192.0.2.51')];
    using site = moved([{ match: 'get nodes -o json', stdout: JSON.stringify({ items }) }]);
    expect(await site.run(SYNC)).toMatchObject({
      exitCode: 0,
      stderr: says(`far asks it at ${OLD} still. On each of these hosts:\n  rkube sync --control-plane ${ADDRESS}\n`),
    });
  });

  it('shows everything in a dry run, and changes nothing', async () => {
    using site = moved();
    const before = site.fingerprint();
    const { exitCode, stderr } = await site.run([...SYNC, '--dry-run']);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: says(`bash -s ${ADDRESS}`) });
    expect(stderr).toContain('$ podman create --name');
    expect(site.fingerprint()).toBe(before);
  });

  it('up tells of a move that is not complete', async () => {
    using site = moved([{ match: 'systemctl start kubelet', exitCode: 1, times: 1 }]);
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 1, stderr: says('Starting the kubelet') });
    const words = `from ${OLD} to ${ADDRESS} is not complete: \`rkube sync\` completes it`;
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0, stderr: says(words) });
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 0 });
    expect((await site.run(['up'])).stderr).not.toContain('not complete');
  });

  it('delete leaves nothing in the middle of a move', async () => {
    using site = moved();
    const running = site.start(SYNC);
    await site.waitFor(/^create /);
    running.kill('SIGKILL');
    await running.done;
    expect(await site.run(['delete', '--yes'], { env: { HOST_IP: '' } })).toMatchObject({ exitCode: 0 });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });
});

describe('rkube sync refuses', () => {
  it('an address that this host does not have', async () => {
    using site = moved();
    const before = site.fingerprint();
    expect(await site.run([...SYNC, '--address', '192.0.2.99'])).toMatchObject({
      exitCode: 3,
      stderr: says(`192.0.2.99 (from --address) is not among`),
    });
    expect(site.fingerprint()).toBe(before);
  });

  it('an address that another node of the cluster has', async () => {
    const status = { addresses: [{ type: 'InternalIP', address: ADDRESS }] };
    const items = [{ kind: 'Node', metadata: { name: 'far' }, status }];
    using site = moved([{ match: 'get nodes -o json', stdout: JSON.stringify({ items }) }]);
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 2, stderr: says(`${ADDRESS} is that of node far`) });
  });

  it('one of two control planes, when the other does not answer', async () => {
    const metadata = { name: 'far', labels: { 'node-role.kubernetes.io/control-plane': '' } };
    const items = [{ kind: 'Node', metadata, status: { addresses: [{ type: 'InternalIP', address: '127.0.0.3' }] } }];
    using site = moved([{ match: 'get nodes -o json', stdout: JSON.stringify({ items }) }]);
    const before = site.fingerprint();
    expect(await site.run(SYNC)).toMatchObject({
      exitCode: 1,
      stderr: says(/one of 2 control planes: [^]*127\.0\.0\.3:2380\/tcp: connection refused[^]*one after the other/),
    });
    expect(site.fingerprint()).toBe(before);
  });

  it('a host without a node', async () => {
    using site = new TestSite();
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 1, stderr: says('does not exist on this host') });
  });

  it('to start a node that was stopped', async () => {
    using site = moved();
    await site.run(SYNC);
    await site.run(['down']);
    expect(await site.run(SYNC)).toMatchObject({ exitCode: 1, stderr: says('`rkube up` brings it up') });
  });

  it('a control plane that is none', async () => {
    using site = moved([{ match: '^curl .*--resolve', exitCode: 7, stderr: 'curl: (7) Failed to connect\n' }]);
    await site.run(SYNC);
    expect(await site.run([...SYNC, '--control-plane', '192.0.2.9'])).toMatchObject({
      exitCode: 1,
      stderr: says(/No control plane of cluster rkube answers at 192\.0\.2\.9[^]*\(7\) Failed to connect/),
    });
    expect(await site.run([...SYNC, '--control-plane', 'far'])).toMatchObject({
      exitCode: 2,
      stderr: says('--control-plane must be an IPv4 address'),
    });
  });
});

describe('rkube sync --control-plane', () => {
  it('notes one that joined, and starts nothing anew; one that moved, and starts anew what looked it up before', async () => {
    using site = moved([{ match: '^bridge -json fdb', stdout: '[{"mac":"02:00:00:00:00:01","dst":"192.0.2.9"}]' }]);
    await site.run(SYNC);
    const start = site.changes().length;
    const joined = await site.run([...SYNC, '--json', '--control-plane', '192.0.2.8']);
    expect(JSON.parse(joined.stdout)).toMatchObject({ controlPlanes: [ADDRESS, '192.0.2.8'] });
    const before = site.changes().length;
    expect(before).toBeGreaterThan(start);
    expect(site.changes().filter((line, index) => index >= start && /pkill|restart kubelet/.test(line))).toEqual([]);
    const { exitCode, stdout } = await site.run([...SYNC, '--json', '--control-plane', '192.0.2.9']);
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, controlPlanes: [ADDRESS, '192.0.2.9'] });
    const changes = site
      .changes()
      .slice(before)
      .map((line) => line.replace('exec rkube-rkube-NODE ', ''));
    expect(changes.filter((line) => /pkill|kubelet/.test(line))).toEqual([
      'pkill -x kube-proxy|flanneld',
      'systemctl restart kubelet.service',
    ]);
  });
});
