import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../../../src/config/types.ts';
import type { CommandRunner } from '../../../src/core/command.ts';
import { detectEngine } from '../../../src/engine/detect.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { removeContainer, startContainer } from '../../../src/engine/start.ts';
import type { ContainerEngine } from '../../../src/engine/types.ts';
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
    const runner = { run, attach: async () => 0 };
    const ask: ContainerEngine['ask'] = async (query) => query.parse(await run(query.spec));
    const engine = { dialect: nerdctl, runner, ask } as unknown as ContainerEngine;
    await expect(startContainer(engine, 'a')).resolves.toBeUndefined();
  });

  test('what is not there is removed already, and cannot be started', async () => {
    using fakes = fakeEngines();
    const engine = await detectEngine(fakes.place, { engine: 'nerdctl', allowRootful: false });
    await expect(removeContainer(engine, 'none')).resolves.toBeUndefined();
    await expect(startContainer(engine, 'none')).rejects.toThrow(/Starting node container none/);
  });
});
