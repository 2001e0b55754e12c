import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { says } from './says.ts';
import { TestSite } from './site.ts';

const SYSTEMCTL = fileURLToPath(new URL('../fixtures/bin/systemctl', import.meta.url));
const UNIT = 'rkube-agent.service';

/** A runtime folder of its own, as a login has. */
function runtime(site: TestSite): { env: { XDG_RUNTIME_DIR: string } } {
  const folder = join(site.home, 'run');
  mkdirSync(folder, { mode: 0o700, recursive: true });
  return { env: { XDG_RUNTIME_DIR: folder } };
}

/** What a node answers when the agent asks for its files: this state, and nothing else is there. */
function filesAre(state: string): ExecRule {
  const mark = '=== rkube-agent ===\n';
  return { match: '^sh -c mark=', stdout: `${state}\n${`${mark}\n`.repeat(5)}` };
}

/** Asks until an agent answers. */
async function status(site: TestSite) {
  for (;;) {
    const { exitCode, stdout } = await site.run(['agent', 'status', '--json'], runtime(site));
    if (exitCode === 0) return JSON.parse(stdout) as { running: boolean; nodes: unknown[] };
  }
}

describe('rkube agent', () => {
  it('runs until it is told to end, tells of itself, and lets no second one in', async () => {
    using site = new TestSite();
    const running = site.start(['agent', '--json'], runtime(site));
    expect(await status(site)).toMatchObject({ running: true, nodes: [] });
    expect(await site.run(['agent'], runtime(site))).toMatchObject({
      exitCode: 1,
      stderr: says('An agent of this user runs on this host already'),
    });
    running.kill('SIGTERM');
    const { exitCode, stdout } = await running.done;
    expect(exitCode).toBe(0);
    const [first, ...others] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(first?.msg).toMatch(/^agent runs, process \d+$/);
    expect(others.at(-1)?.msg).toBe('agent ended; its ports are closed');
  });

  it('sees a node that was made meanwhile, and says why it is not served', async () => {
    using site = new TestSite({ rules: [filesAre('')] });
    const running = site.start(['agent'], runtime(site));
    await status(site);
    expect(await site.run(['up'], { ...runtime(site), agent: true })).toMatchObject({ exitCode: 0 });
    for (;;) {
      const { nodes } = await status(site);
      if (nodes.length === 0) continue;
      expect(nodes).toEqual([expect.objectContaining({ node: site.node, problem: 'not a member of a cluster yet' })]);
      break;
    }
    running.kill('SIGTERM');
    expect(await running.done).toMatchObject({ exitCode: 0 });
  });

  it('says that none runs', async () => {
    using site = new TestSite();
    expect(await site.run(['agent', 'status'], runtime(site))).toMatchObject({
      exitCode: 1,
      stdout: 'No agent runs: there are no live ports.\n',
    });
    expect(await site.run(['ports', '--json'], runtime(site))).toMatchObject({
      exitCode: 1,
      stdout: says('"agent": false'),
    });
  });

  it.each([
    [['agent', 'nothing']],
    [['ports', 'nothing']],
    [['ports', 'add']],
    [['ports', 'add', '99999']],
    [['ports', 'add', '80/sctp']],
  ])('refuses %j', async (args) => {
    using site = new TestSite();
    await site.run(['up']);
    expect(await site.run(args, runtime(site))).toMatchObject({ exitCode: 2, stderr: says('→ ') });
  });

  it('keeps ports that are added by hand on the node, and forgets those that are removed', async () => {
    using site = new TestSite();
    await site.run(['up']);
    const add = ['ports', 'add', '8080:80', '5353/udp', '127.0.0.1:8080:81'];
    expect(await site.run(add, runtime(site))).toMatchObject({ exitCode: 0, stderr: says('No agent runs') });
    expect(await site.run(['ports', 'rm', '8080'], runtime(site))).toMatchObject({ exitCode: 0 });
    expect(await site.run(['ports', 'add', '5353:54/udp'], runtime(site))).toMatchObject({ exitCode: 0 });
    expect(await site.run(['ports', 'rm', '9'], runtime(site))).toMatchObject({
      exitCode: 1,
      stderr: says('Not opened by `rkube ports add`: 9; opened were: 127.0.0.1:8080:81, 5353:54/udp'),
    });
  });

  it('is set up by up where there is a user manager, and removed with the last node', async () => {
    using site = new TestSite({ programs: [SYSTEMCTL] });
    expect(await site.run(['up'], { ...runtime(site), agent: true })).toMatchObject({ exitCode: 0 });
    expect(site.read('systemctl.log').trim().split('\n').slice(-2)).toEqual([
      `--user enable ${UNIT}`,
      `--user restart ${UNIT}`,
    ]);
    expect(site.read(`.config/systemd/user/${UNIT}`)).toMatch(/^ExecStart=".*node" .*rkube\.mjs" "agent"/m);
    expect(await site.run(['delete', '--yes'], runtime(site))).toMatchObject({ exitCode: 0 });
    expect(site.contents().filter((name) => name.includes('agent'))).toEqual([]);
  });

  it('is left alone with --no-agent', async () => {
    using site = new TestSite({ programs: [SYSTEMCTL] });
    expect(await site.run(['up'], runtime(site))).toMatchObject({ exitCode: 0 });
    expect(site.read('systemctl.log')).not.toContain(UNIT);
  });
});

describe('rkube agent look', () => {
  const look = async (site: TestSite) => {
    const { exitCode, stdout, stderr } = await site.run(['agent', 'look', '--progress', 'plain'], runtime(site));
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { engines: string[]; nodes: { node: string; problem: string }[] };
  };

  it('does not ask an engine about itself that has no nodes, and finds the first one there', async () => {
    using site = new TestSite();
    expect(await look(site)).toMatchObject({ engines: expect.arrayContaining(['podman']) as unknown, nodes: [] });
    expect(site.called(/^info/)).toEqual([]);
    await site.run(['up', '--node', 'one']);
    expect(await look(site)).toMatchObject({ nodes: [{ node: 'one' }] });
  });

  it('tells of a node whose state is half written, and of the others as ever', async () => {
    const rules = [{ ...filesAre('{"phase":"mem'), times: 1 }, filesAre('')];
    using site = new TestSite({ rules });
    await site.run(['up', '--node', 'one']);
    await site.run([
      'up',
      '--node',
      'two',
      '--port-apiserver',
      '7443',
      '--port-kubelet',
      '11250',
      '--port-flannel',
      '9472',
    ]);
    const { engines, nodes } = await look(site);
    expect(engines).toContain('podman');
    expect(nodes.map(({ problem }) => problem).toSorted()).toEqual([
      says(/^Reading the node: \/var\/lib\/rkube\/state\.json is not whole: /),
      'not a member of a cluster yet',
    ]);
  });
});
