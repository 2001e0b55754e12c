import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../../../src/config/types.ts';
import type { CommandRunner, CommandSpec } from '../../../src/core/command.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { detectEngine } from '../../../src/engine/detect.ts';
import { startContainer } from '../../../src/engine/start.ts';
import type { ContainerEngine } from '../../../src/engine/types.ts';
import { type FakeEngines, fakeEngines } from '../../fixtures/engine/fake-engines.ts';
import { result } from './support.ts';

const lifetime = new Lifetime(new AbortController().signal);
const RACE = 'OCI runtime start failed: cannot start a container that has stopped: unknown';

/** An engine with the container `a`, whose `start` fails; meanwhile it is asked these words. */
async function failing(fakes: FakeEngines, kind: EngineKind, meanwhile: readonly string[]): Promise<ContainerEngine> {
  const command = (args: readonly string[]): CommandSpec => ({ file: kind, args, effect: 'write' });
  await fakes.runner.run(command(['create', '--name', 'a', '--network', 'none', 'i:1']));
  const run: CommandRunner['run'] = async (spec) => {
    if (spec.args[0] !== 'start') return fakes.runner.run(spec);
    await fakes.runner.run(command(meanwhile));
    return result({ spec, exitCode: 1, stderr: RACE });
  };
  return detectEngine({ ...fakes.place, runner: { ...fakes.runner, run } }, { engine: kind, allowRootful: false });
}

describe('a start that fails', () => {
  const START = ['start', 'a'];

  test('is none where a monitor has started the container meanwhile', async () => {
    using fakes = fakeEngines({ images: ['i:1'] });
    const engine = await failing(fakes, 'nerdctl', START);
    await expect(startContainer(engine, 'a', lifetime)).resolves.toBeUndefined();
  });

  test.each([
    ['docker', 'there is no monitor', START],
    ['nerdctl', 'the container is gone', ['rm', '--force', 'a']],
  ] as const)('is told at once by %s where %s', async (kind, _, meanwhile) => {
    using fakes = fakeEngines({ images: ['i:1'] });
    const engine = await failing(fakes, kind, meanwhile);
    await expect(startContainer(engine, 'a', lifetime)).rejects.toThrow(/Starting node container a/);
  });
});
