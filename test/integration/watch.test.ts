import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type FakeApi, fakeApi } from '../fixtures/engine/api.ts';
import { initialisedOnce } from './member.ts';
import { says } from './says.ts';
import { IMAGE, TestSite } from './site.ts';

const member = initialisedOnce({ engine: 'docker' });

/** An engine's event of the node's container. */
const event = (site: TestSite, action: string, more: object = {}): string =>
  `${JSON.stringify({
    Type: 'container',
    Action: action,
    Actor: { Attributes: { name: `rkube-rkube-${site.node}`, ...more } },
    time: 1795275854.268,
  })}\n`;

/** Docker's API, with ways to tell an event to whoever follows, and to leave him. */
async function engineApi(): Promise<{ api: FakeApi; tell: (line: string) => void; leave: () => void }> {
  let follower: ServerResponse | undefined;
  const api = await fakeApi((_, response) => {
    response.flushHeaders();
    follower = response;
  });
  return { api, tell: (line) => follower?.write(line), leave: () => follower?.end() };
}

/** Asks until it is so; the test's own limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('rkube status --watch', () => {
  it.each([
    [[], /^container rkube-rkube-NODE: stopped \(exit code 137\)$/m],
    [
      ['--json'],
      /^\{"at":"2026-11-21T15:44:14.268Z","change":\{"kind":"container",.*"state":"stopped \(exit code 137\)"\}\}$/m,
    ],
  ])('prints the status, then a line for each change, and ends with 130: %j', async (flags, line) => {
    using site = member();
    const { api, tell } = await engineApi();
    await using _ = api;
    const running = site.start(['status', '--watch', ...flags], { env: { DOCKER_HOST: `unix://${api.path}` } });
    await until(() => api.requests.some((request) => request.startsWith('GET /events')));
    await site.waitFor(/get nodes,pods/);
    const looked = site.called(/^container inspect/).length;
    tell(event(site, 'die', { exitCode: '137' }));
    const shown = (): string => running.output.stdout.replaceAll(site.node, 'NODE').replaceAll(/^\S+Z {2}/gm, '');
    await until(() => line.test(shown()));
    running.kill('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: '' });
    // One look for one event: the engine is not asked again and again.
    expect(site.called(/^container inspect/).length).toBe(looked + 1);
  });

  it('follows by command line where the engine has no socket, and says when it cannot', async () => {
    using site = member();
    const running = site.start(['status', '--watch']);
    await site.waitFor(/^events --since \S+ --filter type=container/);
    await site.waitFor(/get nodes,pods/);
    await until(() => running.output.stdout.includes('engine docker: no events: '));
    running.kill('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('goes on when the engine goes away and comes back', async () => {
    using site = member();
    const { api, tell, leave } = await engineApi();
    await using _ = api;
    const running = site.start(['status', '--watch'], { env: { DOCKER_HOST: `unix://${api.path}` } });
    const following = (): number => api.requests.filter((request) => request.startsWith('GET /events')).length;
    await until(() => following() === 1);
    await site.waitFor(/get nodes,pods/);
    leave();
    await until(() => running.output.stdout.includes('engine docker: no events: the engine closed the connection'));
    await until(() => following() === 2);
    tell(event(site, 'start'));
    await until(() => running.output.stdout.includes(': started'));
    running.kill('SIGINT');
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('ends with the error that it finds at the start, although events could come', async () => {
    using site = new TestSite({ engine: 'docker' });
    const args = ['create', '--name', `rkube-rkube-${site.node}`, '--network', 'none', IMAGE];
    await site.fakes.runner.run({ file: 'docker', args, effect: 'write' });
    const { api } = await engineApi();
    await using _ = api;
    const env = { DOCKER_HOST: `unix://${api.path}` };
    expect(await site.run(['status', '--watch'], { env })).toMatchObject({
      exitCode: 1,
      stderr: says('leaves it alone'),
    });
  });

  it('ends when nobody reads any more', async () => {
    using site = member();
    const { api, tell } = await engineApi();
    await using _ = api;
    const env = { DOCKER_HOST: `unix://${api.path}` };
    const running = site.start(['status', '--watch'], { env, reader: 'gone' });
    await until(() => api.requests.some((request) => request.startsWith('GET /events')));
    tell(event(site, 'die'));
    expect(await running.done).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
