import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { silent } from '../../../src/core/reporter.ts';
import { waitBooted } from '../../../src/node/lifecycle.ts';

const run = { lifetime: new Lifetime(new AbortController().signal), reporter: silent, dryRun: false };

/** A node whose container is so, look after look, and whose systemd never answers. */
function node(startsAtBoot: 'daemon' | 'user-unit', ...states: (string | undefined)[]) {
  let looks = 0;
  const engine = {
    info: { features: { startsAtBoot } },
    dialect: { kind: 'podman', logs: () => ({ file: 'podman', args: ['logs', 'n'], effect: 'read' }) },
  };
  const made = {
    name: 'n',
    engine,
    runner: { run: async () => ({ stdout: 'Welcome\n\nFailed to mount cgroup\n', stderr: '', exitCode: 0 }) },
    try: async () => {
      const running = states[Math.min(looks, states.length - 1)] === 'active';
      return running
        ? { exitCode: 0, stdout: 'active', stderr: '' }
        : { exitCode: 125, stdout: '', stderr: 'no such container' };
    },
    state: async () => {
      const status = states[Math.min(looks++, states.length - 1)];
      return status === undefined ? undefined : { status, error: 'exit code 255' };
    },
  };
  return { made: made as never, looks: () => looks };
}

describe('waiting for a node to boot', () => {
  it('fails at once when the container has ended, with the end of its log', async () => {
    const { made, looks } = node('user-unit', 'stopped');
    await expect(waitBooted(run, made)).rejects.toMatchObject({
      id: 'node-ended',
      message: 'Node container n ended while it booted: the container is stopped: exit code 255',
      details: ['Welcome', 'Failed to mount cgroup'],
      next: expect.stringContaining('podman logs n') as string,
    });
    expect(looks()).toBe(1);
  });

  it('gives an engine that starts again what ended the time to do so', async () => {
    const { made } = node('daemon', 'stopped', 'stopped', 'running', 'active');
    await expect(waitBooted(run, made)).resolves.toBeUndefined();
  });
});
