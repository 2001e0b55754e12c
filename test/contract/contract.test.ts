import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENGINE_KINDS } from '../../src/config/types.ts';
import { detectEngine } from '../../src/engine/detect.ts';
import { type FakeEngines, fakeEngines } from '../fixtures/engine/fake-engines.ts';
import { CASES, cleanUp, type Ground } from './cases.ts';

const IMAGE = 'localhost/rkube-test:v1';

describe.each(ENGINE_KINDS)('%s (fake)', (kind) => {
  let fakes: FakeEngines;
  let ground: Ground;

  beforeAll(async () => {
    fakes = fakeEngines({
      // It tells its drivers; older ones leave that to RootlessKit.
      profiles: ['nerdctl-2.3.1'],
      images: [IMAGE],
      exec: [{ match: 'exit 3', exitCode: 3, stdout: 'out\n', stderr: 'err\n' }],
    });
    ground = {
      engine: await detectEngine(fakes.place, { engine: kind, allowRootful: false }),
      image: IMAGE,
      network: 'rkube-test-net',
      prefix: 'rkube-test',
      withBusyPort: async (during) => {
        fakes.setSwitches('port-taken');
        try {
          await during(6443);
        } finally {
          fakes.setSwitches();
        }
      },
    };
  });
  afterEach(() => cleanUp(ground));
  afterAll(() => fakes[Symbol.dispose]());

  test.each(CASES)('$title', async ({ run }) => {
    await expect(run(ground)).resolves.toBeUndefined();
  });
});
