import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeTicket, type Ticket } from '../../src/kubeadm/ticket.ts';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { CA_HASH, CERTIFICATE_KEY, TOKEN, WORKS } from './kubernetes.ts';
import { says } from './says.ts';
import { ADDRESS, IGNORED, TestSite } from './site.ts';

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();

function ticket(changes: Partial<Ticket> = {}): Ticket {
  return {
    cluster: 'lab',
    kubernetesVersion: 'v1.36.3',
    endpoint: 'api.lab.rkube.internal',
    port: 6443,
    controlPlanes: ['127.0.0.1'],
    token: TOKEN,
    caCertHash: CA_HASH,
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/16',
    flannelPort: 8472,
    expires: IN_AN_HOUR,
    ...changes,
  };
}

/** A port that something listens on until the test ends. */
async function controlPlane(address = '127.0.0.1'): Promise<Disposable & { port: number }> {
  const server = createServer((socket) => socket.destroy());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : 0);
    });
  });
  return { port, [Symbol.dispose]: () => void server.close() };
}

describe('rkube join', () => {
  it('makes a worker from a ticket on standard input', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const outcome = await site.run(['join'], { input: `rkube join <<< ${encodeTicket(ticket({ port: api.port }))}\n` });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: `${site.node}   ${ADDRESS}   worker\n` });
    const [call] = site.called(/op run kubeadm join --config/);
    expect(call?.stdin).toContain(`apiServerEndpoint: api.lab.rkube.internal:${api.port}`);
    expect(call?.stdin).toContain(`token: ${TOKEN}`);
    expect(call?.stdin).toContain(CA_HASH);
    expect(call?.stdin).not.toContain('controlPlane:');
    expect(site.called(/wait --for=condition=Ready/)[0]?.argv).toContain('--kubeconfig=/etc/kubernetes/kubelet.conf');
  });

  it.each([
    ['clears a worker that lost its note of having joined', ['up', '--worker', '--cluster', 'lab'], 'x', '', 1],
    ['never clears what may be a control plane', ['up', '--worker', '--cluster', 'lab'], 'x', 'x', 0],
    ['joins a member anew whose files a power failure took', ['join'], '', '', 1],
  ])('%s', async (_, before, kubelet, admin, resets) => {
    using api = await controlPlane();
    const holds = (path: string, text: string): ExecRule => ({
      match: `^cat /etc/kubernetes/${path}$`,
      stdout: text,
      ...(text === '' && { exitCode: 1, stderr: `cat: ${path}: No such file or directory\n` }),
    });
    using site = new TestSite({ rules: [holds('kubelet.conf', kubelet), holds('admin.conf', admin)] });
    const input = encodeTicket(ticket({ port: api.port }));
    const args = before[0] === 'up' ? [...before, '--port-apiserver', String(api.port)] : before;
    expect(await site.run(args, { input })).toMatchObject({ exitCode: 0 });
    expect(site.called(/kubeadm reset/)).toHaveLength(0);
    expect(await site.run(['join'], { input })).toMatchObject({ exitCode: 0 });
    expect(site.called(/kubeadm reset/)).toHaveLength(resets);
  });

  it('makes a control plane from a ticket in a file', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    writeFileSync(join(site.home, 'ticket'), encodeTicket(ticket({ port: api.port, certificateKey: CERTIFICATE_KEY })));
    expect(await site.run(['join', 'ticket'])).toMatchObject({ exitCode: 0, stdout: says('control-plane') });
    const [call] = site.called(/op run kubeadm join/);
    expect(call?.stdin).toContain(`certificateKey: ${CERTIFICATE_KEY}`);
    expect(call?.stdin).toContain(`advertiseAddress: ${ADDRESS}`);
    expect(site.mode('.kube/rkube-lab.yaml')).toBe('600');
  });

  it('stops with 3 on what its checks find, and goes on without what is ignored', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const input = encodeTicket(ticket({ port: api.port }));
    const env = { HTTPS_PROXY: 'http://proxy.example.org:3128', NO_PROXY: '' };
    const ignore = IGNORED.filter((id) => id !== 'proxies');
    const stopped = await site.run(['join'], { input, env, ignore });
    expect(stopped).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: says(/proxies: expected: [^]*fix: export NO_PROXY=/),
    });
    expect(site.changes()).toEqual([]);
    expect(await site.run(['join', '--ignore', 'proxies'], { input, env, ignore })).toMatchObject({ exitCode: 0 });
  });

  it('says already at the second join, and ends well', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const input = encodeTicket(ticket({ port: api.port }));
    await site.run(['join'], { input });
    expect(await site.run(['join'], { input })).toMatchObject({
      exitCode: 0,
      stderr: says('is a member of cluster lab already'),
    });
    expect(site.called(/op run kubeadm join/)).toHaveLength(1);
  });

  it('says already on the control plane itself, which stays one', async () => {
    using api = await controlPlane(ADDRESS);
    using site = new TestSite();
    const env = { PORT_KUBE_APISERVER: String(api.port) };
    await site.run(['init'], { env });
    const { stdout: input } = await site.run(['join-command'], { env });
    const outcome = await site.run(['join'], { env, input });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: `${site.node}   ${ADDRESS}   control-plane\n` });
    expect(site.called(/op run kubeadm join/)).toEqual([]);
  });

  it('refuses a ticket of another cluster of that name', async () => {
    using api = await controlPlane('0.0.0.0');
    using site = new TestSite();
    await site.run(['join'], { input: encodeTicket(ticket({ port: api.port, controlPlanes: ['127.0.0.1'] })) });
    const other = encodeTicket(ticket({ port: api.port, controlPlanes: ['127.0.0.2'] }));
    expect(await site.run(['join'], { input: other })).toMatchObject({
      exitCode: 1,
      stderr: says('is a member of another cluster'),
    });
  });

  it('takes one control plane that answers', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const input = encodeTicket(ticket({ port: api.port, controlPlanes: ['127.0.0.3', '127.0.0.1'] }));
    expect(await site.run(['join'], { input })).toMatchObject({ exitCode: 0 });
  });

  it('ends before anything is made when no control plane answers', async () => {
    using api = await controlPlane();
    const { port } = api;
    api[Symbol.dispose]();
    using site = new TestSite();
    expect(await site.run(['join'], { input: encodeTicket(ticket({ port })) })).toMatchObject({
      exitCode: 3,
      stderr: says(
        new RegExp(`no control plane of cluster lab answers[^]*127\\.0\\.0\\.1:${port}/tcp: connection refused[^]*→`),
      ),
    });
    expect(site.changes()).toEqual([]);
  });

  it('shows why kubeadm failed without the token, and takes back what it made', async () => {
    using api = await controlPlane();
    const leaks = `[discovery] token ${TOKEN}, key ${CERTIFICATE_KEY}\n`;
    using site = new TestSite({
      rules: [{ ...WORKS.join, exitCode: 1, stdout: leaks, stderr: `error: token ${TOKEN} is not known\n` }],
    });
    const input = encodeTicket(ticket({ port: api.port, certificateKey: CERTIFICATE_KEY }));
    const outcome = await site.run(['join'], { input });
    expect(outcome).toMatchObject({ exitCode: 1, stderr: says('token *** is not known') });
    expect(outcome.stderr).not.toContain(CERTIFICATE_KEY);
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it.for([
    ['control plane, which leaves etcd before it goes', CERTIFICATE_KEY, ['exec', 'rm']],
    ['worker, which just goes', undefined, ['rm']],
  ] as const)('takes back a failed %s', async ([, certificateKey, expected]) => {
    using api = await controlPlane();
    using site = new TestSite({ rules: [{ ...WORKS.join, exitCode: 1 }] });
    const made = ticket({ port: api.port, ...(certificateKey && { certificateKey }) });
    expect(await site.run(['join'], { input: encodeTicket(made) })).toMatchObject({ exitCode: 1 });
    const undone = site.called(/kubeadm reset|^rm --force/).map(({ argv }) => argv[0]);
    expect(undone).toEqual(expected);
  });

  it('shows no secret in its progress, whatever kubeadm prints', async () => {
    using api = await controlPlane();
    using site = new TestSite({
      rules: [{ ...WORKS.join, stdout: `[discovery] token ${TOKEN}\n[certs] ${CERTIFICATE_KEY}\n` }],
    });
    const input = encodeTicket(ticket({ port: api.port, certificateKey: CERTIFICATE_KEY }));
    const { exitCode, stdout, stderr } = await site.run(['join', '--progress', 'json'], { input });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toMatch(new RegExp(`${TOKEN}|${CERTIFICATE_KEY}`));
  });

  it('keeps secrets out of every argument list', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    await site.run(['join'], { input: encodeTicket(ticket({ port: api.port, certificateKey: CERTIFICATE_KEY })) });
    const argv = JSON.stringify(site.fakes.calls().map((call) => call.argv));
    expect(argv).toContain('kubeadm');
    expect(argv).not.toMatch(new RegExp(`${TOKEN}|${CERTIFICATE_KEY}|rkube1\\.`));
  });

  it('shows commands and documents without secrets in a dry run, and makes nothing', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const before = site.contents();
    const input = encodeTicket(ticket({ port: api.port, certificateKey: CERTIFICATE_KEY }));
    const { exitCode, stdout, stderr } = await site.run(['join', '--dry-run'], { input });
    expect([exitCode, site.changes(), site.contents()]).toEqual([0, [], before]);
    expect(stderr).toContain('op run kubeadm join --config');
    expect(stderr).toContain('token: ***');
    expect(stdout + stderr).not.toMatch(new RegExp(`${TOKEN}|${CERTIFICATE_KEY}`));
  });

  it('refuses flags that are not what the ticket says', async () => {
    using site = new TestSite();
    expect(await site.run(['join', '--port-flannel', '8473'], { input: encodeTicket(ticket()) })).toMatchObject({
      exitCode: 2,
      stderr: says(/--port-flannel.*as the ticket has it \(8472\), got 8473/),
    });
  });
});

describe('a ticket that cannot be used', () => {
  const good = encodeTicket(ticket());
  const wrong: [string, string, RegExp][] = [
    ['nothing', '', /Expected a ticket.* got nothing/],
    ['other text', 'bash: rkube: command not found\n', /Expected a ticket.* got 30 characters/],
    ['a garbled ticket', good.replace('.', '.Z'), /damaged: its checksum is wrong/],
    ['a truncated ticket', good.slice(0, 100), /cut off or damaged/],
    [
      'an expired ticket',
      encodeTicket(ticket({ expires: '2026-01-01T00:00:00Z' })),
      /expired \d+ min ago, at 2026-01-01/,
    ],
  ];
  it.each(wrong)('%s is refused with exit 2 and the way to a new one', async (_, input, message) => {
    using site = new TestSite();
    const outcome = await site.run(['join'], { input });
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '', stderr: says(message) });
    expect(outcome.stderr).toContain('→ Make a new one on a control-plane host');
    expect(outcome.stderr).not.toContain(TOKEN);
    expect(site.fakes.calls()).toEqual([]);
  });

  it.each([[[good]], [['<<<', good]], [['file', good]], [[`--node=${good}`]]])(
    'on the command line is refused with the reason (%#)',
    async (words) => {
      using site = new TestSite();
      const outcome = await site.run(['join', ...words]);
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
      expect(outcome.stderr).not.toContain(good);
      expect(site.fakes.calls()).toEqual([]);
    },
  );

  it('on the command line is refused because everybody can read it there', async () => {
    using site = new TestSite();
    expect(await site.run(['join', good])).toMatchObject({
      exitCode: 2,
      stderr: says(/must not stand on the command line: every user/),
    });
  });

  it('is told by the name of its file when that is not there', async () => {
    using site = new TestSite();
    expect(await site.run(['join', 'nowhere'])).toMatchObject({ exitCode: 2, stderr: says('Ticket file nowhere') });
  });
});
