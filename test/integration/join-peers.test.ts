import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTicket, type Ticket } from '../../src/kubeadm/ticket.ts';
import { caCertHash } from '../../src/kubeadm/verbs.ts';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { CA_HASH, CERTIFICATE_KEY, TOKEN } from './kubernetes.ts';
import { says } from './says.ts';
import { ADDRESS, IGNORED, IMAGE, TestSite } from './site.ts';

// What a join finds out before it joins: from an API server that speaks HTTPS, and from a control plane that answers
// through VXLAN, which is a stand-in here (test/unit/node/peers.test.ts has the real one).

const ENDPOINT = 'api.lab.rkube.internal';
let folder = '';
let pem = { key: '', cert: '' };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rkube-ca-'));
  const make = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=kubernetes -keyout key -out cert';
  execFileSync('openssl', ['req', '-x509', ...make.split(' '), '-addext', `subjectAltName=DNS:${ENDPOINT}`], {
    cwd: folder,
    stdio: 'ignore',
  });
  pem = { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Api extends Disposable {
  readonly port: number;
  /** Tokens that came, in order. */
  readonly tokens: string[];
}

/** `ahead`: seconds its clock is ahead. `nodes`: host addresses by name. */
async function controlPlane(
  told: { readonly ahead?: number; readonly nodes?: Readonly<Record<string, string>> } = {},
): Promise<Api> {
  const { ahead = 0, nodes = {} } = told;
  const tokens: string[] = [];
  const server = createServer(pem, ({ url = '', headers }, response) => {
    response.sendDate = false;
    response.setHeader('date', new Date(Date.now() + ahead * 1000).toUTCString());
    if (headers.authorization !== undefined) tokens.push(headers.authorization);
    const name = /^\/api\/v1\/nodes\/(.*)$/.exec(url)?.[1];
    if (url.endsWith('/cluster-info')) {
      const ca = Buffer.from(pem.cert).toString('base64');
      const kubeconfig = `clusters:\n- cluster:\n    certificate-authority-data: ${ca}\n`;
      response.end(JSON.stringify({ data: { kubeconfig } }));
    } else if (name !== undefined && nodes[name] !== undefined) {
      response.end(JSON.stringify({ status: { addresses: [{ type: 'InternalIP', address: nodes[name] }] } }));
    } else {
      response.writeHead(name === undefined ? 200 : 404).end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, tokens, [Symbol.dispose]: () => void server.close() };
}

const ticket = ({ port }: Api, changes: Partial<Ticket> = {}): string =>
  encodeTicket({
    cluster: 'lab',
    kubernetesVersion: 'v1.36.3',
    endpoint: ENDPOINT,
    port,
    controlPlanes: ['127.0.0.1'],
    token: TOKEN,
    caCertHash: caCertHash(pem.cert),
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/16',
    flannelPort: 8472,
    mtu: 1460,
    expires: new Date(Date.now() + 3_600_000).toISOString(),
    ...changes,
  });

describe('rkube join, before anything is made,', () => {
  it.each([
    [
      7200,
      /the clock of host\S+ is 2 h 0 min behind that of 127\.0\.0\.1: [^]*fix, as an administrator: [^]*timedatectl/,
    ],
    [-7200, /2 h 0 min ahead of/],
  ])('tells that the clocks are apart: %i s', async (ahead, message) => {
    using api = await controlPlane({ ahead });
    using site = new TestSite();
    expect(await site.run(['join'], { input: ticket(api) })).toMatchObject({ exitCode: 3, stderr: says(message) });
    expect(site.changes()).toEqual([]);
    const ignore = [...IGNORED, 'peer-clock'];
    expect(await site.run(['join'], { input: ticket(api), ignore })).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['is not to blame where this host is ahead of the cluster', -7200, 3, 'is 2 h 0 min ahead of that of'],
    ['is told where the clocks agree', 0, 2, 'expired 1 min ago, at '],
  ])('a ticket that seems to have expired %s', async (_, ahead, exitCode, message) => {
    using api = await controlPlane({ ahead });
    using site = new TestSite();
    const input = ticket(api, { expires: new Date(Date.now() - 1000).toISOString() });
    expect(await site.run(['join'], { input })).toMatchObject({ exitCode, stderr: says(message) });
    expect(site.changes()).toEqual([]);
  });

  it("tells that another host has the name, with a token for the ticket's cluster alone", async () => {
    using site = new TestSite();
    using api = await controlPlane({ nodes: { [site.node]: '192.0.2.77' } });
    const outcome = await site.run(['join'], { input: ticket(api) });
    expect(outcome).toMatchObject({
      exitCode: 3,
      stderr: says(`cluster lab has a node ${site.node} at 192.0.2.77; this host is ${ADDRESS}`),
    });
    expect(outcome.stderr).toContain('--node NAME');
    expect([site.changes(), api.tokens]).toEqual([[], [`Bearer ${TOKEN}`]]);
  });

  it("sends no token to a server that is not of the ticket's cluster", async () => {
    using site = new TestSite();
    using api = await controlPlane({ nodes: { [site.node]: '192.0.2.77' } });
    expect(await site.run(['join'], { input: ticket(api, { caCertHash: CA_HASH }) })).toMatchObject({ exitCode: 0 });
    expect(api.tokens).toEqual([]);
  });

  it('takes its own node of an earlier join for its own', async () => {
    using site = new TestSite();
    using api = await controlPlane({ nodes: { [site.node]: ADDRESS } });
    expect(await site.run(['join'], { input: ticket(api) })).toMatchObject({ exitCode: 0 });
  });

  it('tells that a control plane has the address of this host, and that etcd is out of reach', async () => {
    using site = new TestSite();
    using api = await controlPlane();
    const input = ticket(api, { controlPlanes: [ADDRESS, '127.0.0.1'], certificateKey: CERTIFICATE_KEY });
    const ignore = IGNORED.filter((id) => !id.startsWith('peer-'));
    const { exitCode, stderr } = await site.run(['join'], { input, ignore });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`a control plane of cluster lab has ${ADDRESS} too`);
    expect(stderr).toMatch(/127\.0\.0\.1:2379\/tcp: connection refused[^]*127\.0\.0\.1:2380\/tcp[^]*fix, as an admin/);
    expect(site.changes()).toEqual([]);
  });
});

describe('rkube join, before kubeadm join,', () => {
  it("tells that the node image is of another version than the cluster's", async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const input = ticket(api, { kubernetesVersion: 'v1.35.8' });
    expect(await site.run(['join', '--image', IMAGE], { input })).toMatchObject({
      exitCode: 3,
      stderr: says(/peer-settings: [^]*holds Kubernetes v1\.36\.3, cluster lab runs v1\.35\.8/),
    });
    expect(site.called(/op run kubeadm join/)).toEqual([]);
  });

  const answersTo = (ports: string): ExecRule => ({ match: '^/usr/local/lib/rkube/peers ask', stdout: ports });
  const LOST: ExecRule = { match: '^curl .*198\\.19\\.0\\.1:', exitCode: 28 };
  const ALL_LOST: ExecRule = { match: '/dev/tcp.* 198\\.19\\.0\\.1 ', exitCode: 124 };
  const vxlan = '127.0.0.1:8472/udp';

  it.each<[string, readonly ExecRule[], RegExp]>([
    ['nothing gets there', [answersTo(''), LOST, ALL_LOST], new RegExp(`host\\S+ cannot reach ${vxlan}: `)],
    [
      'nothing comes back',
      [answersTo('10250\n'), LOST, ALL_LOST],
      new RegExp(`127.0.0.1 cannot reach host\\S+ at ${ADDRESS}:8472/udp`),
    ],
    [
      'full packets are lost',
      [answersTo('10250\n'), LOST],
      new RegExp(`and ${vxlan} small packets pass, full ones \\(1460 bytes\\)`),
    ],
    [
      'the port of the kubelet is closed',
      [answersTo('')],
      new RegExp(`127.0.0.1 cannot reach host\\S+ at ${ADDRESS}:10250/tcp`),
    ],
  ])('tells that %s, and takes back what it made', async (_, rules, message) => {
    using site = new TestSite({ rules });
    using api = await controlPlane();
    expect(await site.run(['join'], { input: ticket(api) })).toMatchObject({ exitCode: 3, stderr: says(message) });
    expect(site.called(/op run kubeadm join/)).toEqual([]);
    expect(site.called(/peers down/)).toHaveLength(1);
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it.each([
    ['worker', undefined, '10250'],
    ['control plane', CERTIFICATE_KEY, '10250 PORT 2379 2380'],
  ] as const)(
    'asks for the ports of a %s, and full packets of the size in the ticket',
    async (_, certificateKey, ports) => {
      using api = await controlPlane();
      using site = new TestSite({ rules: [answersTo(`10250\n${api.port}\n2379\n2380\n`)] });
      const input = ticket(api, certificateKey === undefined ? {} : { certificateKey });
      expect(await site.run(['join'], { input })).toMatchObject({ exitCode: 0 });
      expect(
        site.called(new RegExp(`peers ask 127\\.0\\.0\\.1 1410 ${ports.replace('PORT', String(api.port))}$`)),
      ).toHaveLength(1);
      expect(site.called(/curl .*198\.19\.0\.1:/)[0]?.argv.at(-2)?.length).toBeGreaterThan(1460);
    },
  );

  it('leaves it, and says so, where the control plane is of an earlier rkube', async () => {
    using api = await controlPlane();
    using site = new TestSite();
    const input = ticket(api, { mtu: undefined as never });
    expect(await site.run(['join'], { input })).toMatchObject({
      exitCode: 0,
      stderr: says('made by an earlier rkube'),
    });
    expect(site.called(/peers ask/)).toEqual([]);
  });
});

it('a ticket tells the size of full packets', async () => {
  using site = new TestSite();
  await site.run(['init']);
  const { stdout } = await site.run(['join-command']);
  const payload = stdout.split('.')[1] ?? '';
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ mtu: 1500 });
});
