import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandResult, CommandRunner } from '../../../src/core/command.ts';
import { RkubeError } from '../../../src/core/errors.ts';
import { podman } from '../../../src/engine/podman.ts';
import { explainFailure } from '../../../src/explain/diagnose.ts';
import { readSymptoms } from '../../../src/explain/reading.ts';
import { NodeContainer } from '../../../src/node/container.ts';
import { engineAt, result } from '../engine/support.ts';

/** A node whose engine answers so. */
const nodeWith = (run: CommandRunner['run']): NodeContainer =>
  new NodeContainer(engineAt(podman, undefined, { run, attach: async () => 0 }), 'rkube-a-b', {
    cluster: 'a',
    node: 'b',
  });

const error = new RkubeError({ id: 'timeout', message: 'Waited 180 s for containerd' });

describe('the reading of a node', () => {
  it('is one command in it', async () => {
    const asked: string[] = [];
    const node = nodeWith(async (spec) => {
      asked.push(spec.args.join(' '));
      return result({ spec, stdout: spec.args[0] === 'exec' ? '\n== controllers\ncpu memory pids\n' : 'console' });
    });
    expect(await readSymptoms(node)).toEqual({ controllers: 'cpu memory pids' });
    expect(asked).toEqual(['exec --interactive rkube-a-b bash -s', 'logs rkube-a-b']);
  });

  it('that is cut off tells what it has', async () => {
    const cut: Partial<CommandResult> = { exitCode: null, timedOut: true, stdout: '\n== controllers\ncpu\n\n== cni' };
    expect(await readSymptoms(nodeWith(async (spec) => result({ spec, ...cut })))).toEqual({ controllers: 'cpu' });
  });

  it('is what a node that does not run wrote last', async () => {
    const node = nodeWith(async (spec) =>
      spec.args[0] === 'exec'
        ? result({ spec, exitCode: 255, stderr: 'container state improper' })
        : result({ spec, stderr: 'Failed to create /init.scope control group: Permission denied\n' }),
    );
    expect(await explainFailure(node, error)).toEqual([
      'Most likely cause: systemd could not start in the node container',
      '  seen: engine: Failed to create /init.scope control group: Permission denied',
      expect.stringContaining('fix'),
      expect.stringContaining('more'),
    ]);
  });

  it('is why the engine runs no command in it, where it runs', async () => {
    // Podman 5.4 on a full disk, recorded.
    const stderr =
      'Error: saving container f34f18a63d70 state: writing container f34f18a63d70 state: database or disk is full\n';
    const node = nodeWith(async (spec) =>
      spec.args[0] === 'exec' ? result({ spec, exitCode: 125, stderr }) : result({ spec, stdout: 'Welcome\n' }),
    );
    expect((await explainFailure(node, error)).slice(0, 2)).toEqual([
      "Most likely cause: The file system that holds the node's volumes is full",
      `  seen: engine: ${stderr.trim()}`,
    ]);
  });

  it('that fails is no failure', async () => {
    expect(
      await explainFailure(
        nodeWith(() => Promise.reject(new Error('no engine'))),
        error,
      ),
    ).toEqual([]);
  });

  describe('of an engine that hangs', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('is given up within 5 seconds', async () => {
      const hangs = explainFailure(
        nodeWith(() => new Promise(() => {})),
        error,
      );
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await Promise.race([hangs, Promise.resolve('still waits')])).toEqual([]);
    });
  });
});
