import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { ADDRESS, IMAGE, TestSite } from './site.ts';

const SYSTEMCTL = fileURLToPath(new URL('../fixtures/bin/systemctl', import.meta.url));
const NODE = 'rkube-rkube-NODE';
const LABELS = '--label dev.rkube.cluster=rkube --label dev.rkube.node=NODE';
const VOLUMES = [`volume create ${LABELS} ${NODE}-var`, `volume create ${LABELS} ${NODE}-kubernetes`];
const PREPARE = [
  `exec ${NODE} tar -x --no-same-owner -C / -f -`,
  `exec ${NODE} /usr/local/lib/rkube/keep`,
  expect.stringMatching(/^exec .* sh \/var\/lib\/rkube\/state\.json$/),
  expect.stringMatching(/^exec .* sh \/var\/lib\/rkube\/node\.env$/),
  `exec ${NODE} /usr/local/lib/rkube/apply`,
];
const CREATE = `create ${NODE} ${IMAGE}`;

describe('rkube up', () => {
  it('creates, starts and prepares the node, in this order', async () => {
    using site = new TestSite({ programsOfTheirOwn: true });
    const outcome = await site.run(['up']);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: `${site.node}   ${ADDRESS}   empty\n` });
    expect(site.changes()).toEqual([...VOLUMES, CREATE, `start ${NODE}`, ...PREPARE]);
  });

  it.each([
    ['docker', [`start ${NODE}`]],
    ['nerdctl', [`update --restart=no ${NODE}`, `start ${NODE}`, `update --restart=unless-stopped ${NODE}`]],
  ])('gives the node a network of its own with %s', async (engine, start) => {
    using site = new TestSite({ engine });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    const network =
      'network create --label dev.rkube.cluster=rkube --opt com.docker.network.driver.mtu=65520 rkube-rkube';
    expect(site.changes()).toEqual([...VOLUMES, network, CREATE, ...start, ...PREPARE]);
    const [create] = site.called(/^create/);
    expect(create?.argv.join(' ')).toContain(`--network rkube-rkube `);
  });

  it('starts the node through a unit of the user where a user manager answers', async () => {
    using site = new TestSite({ programs: [SYSTEMCTL] });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    expect(site.changes()).toContain(`start ${NODE}`);
    const unit = `rkube-rkube-${site.node}.service`;
    expect(site.read('systemctl.log').trim().split('\n')).toEqual([
      '--user show --property=Version',
      `--user enable ${unit}`,
      `--user restart ${unit}`,
    ]);
    expect(site.read(`.config/systemd/user/${unit}`)).toContain(`ExecStart=podman start rkube-rkube-${site.node}\n`);
    expect(await site.run(['delete', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(site.contents().filter((name) => name.includes('NODE'))).toEqual([]);
  });

  it('says that the node runs already, and makes nothing anew', async () => {
    using site = new TestSite();
    await site.run(['up']);
    const before = site.changes();
    const again = await site.run(['up']);
    expect(again).toMatchObject({ exitCode: 0, stderr: says('runs already') });
    expect(site.changes().slice(before.length)).toEqual(PREPARE);
  });

  it('finds its node on another engine than the first that answers', async () => {
    using site = new TestSite({ engine: '' });
    writeFileSync(join(site.state, 'docker.sock'), '');
    expect(await site.run(['up', '--engine', 'docker'])).toMatchObject({ exitCode: 0 });
    const again = await site.run(['up']);
    expect(again).toMatchObject({ exitCode: 0, stderr: says('runs already') });
    expect(site.contents().filter((name) => name.startsWith('podman/containers'))).toEqual([]);
  });

  it('starts a stopped node again', async () => {
    using site = new TestSite();
    await site.run(['up']);
    expect(await site.run(['down'])).toMatchObject({ exitCode: 0 });
    const before = site.changes();
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
    expect(site.changes().slice(before.length)).toEqual([`start ${NODE}`, ...PREPARE]);
  });

  it('prints JSON for programs', async () => {
    using site = new TestSite();
    const { stdout } = await site.run(['up', '--json', '--progress', 'none']);
    expect(JSON.parse(stdout)).toMatchObject({
      cluster: 'rkube',
      node: site.node,
      phase: 'empty',
      role: 'control-plane',
      address: ADDRESS,
    });
  });

  it('reports progress as JSON lines', async () => {
    using site = new TestSite();
    const { stderr } = await site.run(['up', '--progress', 'json']);
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string; step: string });
    const ended = events.filter(({ state }) => state === 'ok').map(({ step }) => step);
    expect(ended.slice(0, 2)).toEqual(['Check this host', 'Find the node image']);
    expect(ended.at(-1)).toBe('Prepare the node');
  });

  it('keeps the role of a worker that is there, without the flag', async () => {
    using site = new TestSite();
    expect(await site.run(['up', '--worker'])).toMatchObject({ exitCode: 0 });
    expect(await site.run(['down'])).toMatchObject({ exitCode: 0 });
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
  });

  it('publishes no ports of a control plane with --worker, and says so to init', async () => {
    using site = new TestSite();
    expect(await site.run(['up', '--worker'])).toMatchObject({ exitCode: 0 });
    const published = site.called(/^create/)[0]?.argv.filter((word) => /:\d+\/(tcp|udp)$/.test(word));
    expect(published).toEqual([`${ADDRESS}:10250:10250/tcp`, `${ADDRESS}:8472:8472/udp`]);
    expect(await site.run(['init'])).toMatchObject({ exitCode: 1, stderr: says('was brought up as a worker') });
  });

  it('takes the settings an existing node was made with, so flags need not be repeated', async () => {
    using site = new TestSite();
    await site.run(['up', '--port-kubelet', '10251']);
    const { stdout, stderr } = await site.run(['init', '--dry-run']);
    expect(stdout + stderr).toMatch(/name: port\n\s+value: "10251"/);
  });

  it('refuses settings that are not those of the existing node', async () => {
    using site = new TestSite();
    await site.run(['up']);
    expect(await site.run(['up', '--port-kubelet', '10251'])).toMatchObject({
      exitCode: 2,
      stderr: says(/--port-kubelet.*as node host.*has it.*10250.*10251/s),
    });
  });
});
