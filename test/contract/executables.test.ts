import { describe, expect, test } from 'vitest';
import { ENGINE_KINDS } from '../../src/config/types.ts';
import { Lifetime } from '../../src/core/lifetime.ts';
import { LocalRunner } from '../../src/core/runner.ts';
import { detectEngine } from '../../src/engine/detect.ts';
import { localHost } from '../../src/host/local.ts';
import { fakeEngines } from '../fixtures/engine/fake-engines.ts';

// The suite itself runs the stand-ins inside this process; here the same through real processes and PATH.
describe.each(ENGINE_KINDS)('%s as a program on PATH', (kind) => {
  test('is detected, and a command in its container gets standard input and ends with its code', async () => {
    using fakes = fakeEngines({
      kinds: [kind],
      images: ['i:1'],
      exec: [{ match: '^sh', exitCode: 7, stderr: 'no\n' }],
    });
    const runner = new LocalRunner(new Lifetime(new AbortController().signal), fakes.env);
    const engine = await detectEngine(localHost(runner, { env: fakes.env }), { engine: 'auto', allowRootful: false });
    expect(engine.info.kind).toBe(kind);
    await engine.ask({
      spec: { file: kind, args: ['create', '--name', 'a', 'i:1'], effect: 'write' },
      parse: () => undefined,
    });
    await engine.ask(engine.dialect.startContainer('a'));
    const effect = 'write';
    const echoed = await runner.run(engine.dialect.exec('a', ['cat'], { stdin: 'täxt\nmore', effect }));
    expect(echoed).toMatchObject({ exitCode: 0, stdout: 'täxt\nmore' });
    expect(await runner.run(engine.dialect.exec('a', ['sh', '-c', 'exit 7'], { effect }))).toMatchObject({
      exitCode: 7,
      stderr: 'no',
    });
    expect(
      fakes
        .calls()
        .filter(({ argv }) => argv[0] === 'exec')
        .map(({ stdin }) => stdin),
    ).toEqual(['täxt\nmore', undefined]);
  });
});
