import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leave } from '../../../src/cluster/leave.ts';
import type { Site } from '../../../src/cluster/site.ts';
import { Steps } from '../../../src/cluster/steps.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import type { NodeState } from '../../../src/node/state.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const PLANE = { phase: 'member', role: 'control-plane' } as NodeState;

/** A control plane whose etcd answers so, a minute after it was asked. */
function refused(stderr: string) {
  const told: string[] = [];
  const reporter = { event: ({ msg }: { msg: string }) => void told.push(msg) };
  const run = { lifetime: new Lifetime(new AbortController().signal), reporter, dryRun: false };
  const ask = vi.fn<() => Promise<object>>(async () => {
    vi.advanceTimersByTime(60_000);
    return { exitCode: 1, stdout: '', stderr };
  });
  const site = { run, config: { node: 'host2' }, node: { try: ask } } as unknown as Site;
  return { asked: () => ask.mock.calls.length, steps: new Steps(run), said: () => told.join('\n'), site };
}

test('a control plane that the others do not let go stays: they are asked for three minutes', async () => {
  const { asked, site, steps } = refused('Error: etcdserver: unhealthy cluster\n');
  await expect(leave(site, steps, PLANE, { force: false })).rejects.toMatchObject({
    message: expect.stringMatching(/host2 go; last seen: Error: etcdserver: unhealthy cluster$/),
    next: expect.stringContaining('--force'),
  });
  expect(asked()).toBe(3);
});

test('with force they are asked once, and it is said what is left to do', async () => {
  const { asked, said, site, steps } = refused('Error: etcdserver: unhealthy cluster\n');
  expect(await leave(site, steps, PLANE, { force: true })).toBe('failed');
  expect(asked()).toBe(1);
  expect(said()).toMatch(/Could not leave etcd: Asked once for .*unhealthy cluster.*docs\/clusters\.md/);
});
