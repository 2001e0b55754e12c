import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../../../src/config/types.ts';
import type { CommandRunner } from '../../../src/core/command.ts';
import { detectEngine } from '../../../src/engine/detect.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { podman } from '../../../src/engine/podman.ts';
import { removeContainer, startContainer, stopContainer } from '../../../src/engine/start.ts';
import type { ContainerEngine, Dialect } from '../../../src/engine/types.ts';
import { fakeEngines } from '../../fixtures/engine/fake-engines.ts';
import { result } from './support.ts';

/** What the engine was told, but for questions, while a container `a` is started and removed. */
async function told(kind: EngineKind): Promise<string[]> {
  using fakes = fakeEngines({ images: ['i:1'] });
  const args = ['create', '--name', 'a', '--network', 'none', 'i:1'];
  await fakes.runner.run({ file: kind, args, effect: 'write' });
  const engine = await detectEngine(fakes.place, { engine: kind, allowRootful: false });
  await startContainer(engine, 'a');
  await removeContainer(engine, 'a');
  const words = fakes.calls().map(({ argv }) => argv.join(' '));
  return words.filter((line) => /^(start|update|rm)/.test(line));
}

function answering(dialect: Dialect, run: CommandRunner['run']): ContainerEngine {
  const ask: ContainerEngine['ask'] = async (query) => query.parse(await run(query.spec));
  return { dialect, runner: { run, attach: async () => 0 }, ask } as unknown as ContainerEngine;
}

describe('starting and removing a container', () => {
  test('takes one command each', async () => {
    expect(await told('docker')).toEqual(['start a', 'rm --force a']);
  });

  test('lets a monitor that starts containers look away meanwhile', async () => {
    const away = 'update --restart=no a';
    expect(await told('nerdctl')).toEqual([away, 'start a', 'update --restart=unless-stopped a', away, 'rm --force a']);
  });

  test('a client that knows no such policy starts it all the same', async () => {
    const run: CommandRunner['run'] = async (spec) =>
      spec.args[0] === 'update' ? result({ spec, exitCode: 1, stderr: 'unknown flag: --restart' }) : result({ spec });
    const engine = answering(nerdctl, run);
    await expect(startContainer(engine, 'a')).resolves.toBeUndefined();
  });

  test('what is not there is removed already, and cannot be started', async () => {
    using fakes = fakeEngines();
    const engine = await detectEngine(fakes.place, { engine: 'nerdctl', allowRootful: false });
    await expect(removeContainer(engine, 'none')).resolves.toBeUndefined();
    await expect(startContainer(engine, 'none')).rejects.toThrow(/Starting node container none/);
  });

  describe('a container whose processes take long to end', () => {
    /** An engine that fails so often with these words; and how often it was asked. */
    function failing(times: number, stderr: string): { engine: ContainerEngine; asked: () => number } {
      let asked = 0;
      const run: CommandRunner['run'] = async (spec) =>
        result(++asked <= times ? { spec, exitCode: 125, stderr } : { spec });
      return { engine: answering(podman, run), asked: () => asked };
    }
    const dying = 'Error: cannot remove container 3b as it could not be stopped: given PID did not die within timeout';

    test.each([
      ['Podman', dying],
      [
        'Docker',
        'Error response from daemon: cannot remove container "/a": could not kill: tried to kill container, but did not receive an exit event',
      ],
    ])('is asked for again, and again: %s', async (_, words) => {
      const { engine, asked } = failing(2, words);
      await removeContainer(engine, 'a');
      expect(asked()).toBe(3);
      await expect(stopContainer(failing(1, dying).engine, 'a', 10)).resolves.toBeUndefined();
    });

    test('but not for ever', async () => {
      const { engine, asked } = failing(100, dying);
      await expect(removeContainer(engine, 'a')).rejects.toThrow(/Removing node container a/);
      expect(asked()).toBe(6);
    });

    test('what fails otherwise fails at once', async () => {
      const { engine, asked } = failing(1, 'Error: disk I/O error');
      await expect(removeContainer(engine, 'a')).rejects.toThrow(/Removing node container a/);
      expect(asked()).toBe(1);
    });
  });
});
