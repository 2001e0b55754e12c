import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { LAUNCHER, TestSite } from './site.ts';

// `rkube doctor --peer`, with an ssh that runs the line on engines of another host's own. The ways between hosts need
// real engines: test/e2e/hosts/76-doctor-peer.test.ts.

interface Report {
  readonly id: string;
  readonly finding: { readonly state: string; readonly evidence: string };
}

/** Puts an ssh on the near host's PATH that reaches `far` as host2; any other host is not known. */
function ssh(near: TestSite, far: TestSite, environment: Readonly<Record<string, string>> = {}): string {
  const env = Object.entries({ ...far.env, ...environment }).map(([key, value]) => `export ${key}='${value}'`);
  writeFileSync(join(far.home, 'rkube'), `#!/bin/sh\nexec '${process.execPath}' '${LAUNCHER}' "$@"\n`, { mode: 0o755 });
  const script = [
    '#!/bin/sh',
    'while [ "$1" != -- ]; do shift; done',
    '[ "$2" = host2 ] || { echo "Could not resolve hostname $2" >&2; exit 255; }',
    ...env,
    `cd '${far.home}'`,
    `PATH='${far.home}':"$PATH"`,
    'eval "$3"',
  ];
  writeFileSync(join(near.home, 'ssh'), `${script.join('\n')}\n`, { mode: 0o755 });
  return `${near.home}:${near.env['PATH']}`;
}

async function doctor(near: TestSite, path: string, ...peers: string[]) {
  const { exitCode, stdout } = await near.run(['doctor', '--json', '--peer', ...peers], { env: { PATH: path } });
  const results = JSON.parse(stdout) as { peer: string; reports: Report[] }[];
  return { exitCode, results: results.map(({ peer, reports }) => ({ peer, reports: byId(reports) })) };
}
const byId = (reports: readonly Report[]) =>
  Object.fromEntries(reports.map(({ id, finding }) => [id, `${finding.state}: ${finding.evidence}`]));

describe('rkube doctor --peer', () => {
  it('compares what hosts tell, and tells of each peer by itself', async () => {
    using near = new TestSite();
    using far = new TestSite();
    const { exitCode, results } = await doctor(near, ssh(near, far, { HOST_IP: '192.0.2.9' }), 'host2', 'nowhere');
    expect(exitCode).toBe(3);
    expect(results.map(({ peer }) => peer)).toEqual(['host2', 'nowhere']);
    const [host2, nowhere] = results.map(({ reports }) => reports);
    expect(host2).toMatchObject({
      'peer-ssh': `ok: host2 is ${far.node}, 192.0.2.9`,
      'peer-clock': says(/^ok: .* 0 s apart/),
      'peer-name': `ok: ${near.node} and ${far.node}`,
      'peer-settings': says(/^ok/),
      // The stand-ins have no network driver that could be started.
      'peer-vxlan': says(/^skip: not tried/),
    });
    expect(nowhere).toEqual({ 'peer-ssh': says('Could not resolve hostname nowhere') });
  });

  it('ends with 3 where hosts clash, and shows it as doctor does', async () => {
    using near = new TestSite();
    using far = new TestSite();
    const env = { PATH: ssh(near, far, { NODE_NAME: near.node, HOST_IP: '192.0.2.9' }) };
    expect(await near.run(['doctor', '--peer', 'host2'], { env })).toMatchObject({
      exitCode: 3,
      stdout: says(
        new RegExp(`^host2:\n✓ peer-ssh[^]*✗ peer-name: [^]*both hosts have the name ${near.node}\n    fix: `),
      ),
      stderr: says('Not ready for each other: this host and host2'),
    });
    expect(await near.run(['doctor', '--peer', 'host2', '--ignore', 'peer-name'], { env })).toMatchObject({
      exitCode: 0,
    });
  });
});
