import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../../../src/config/types.ts';
import { RkubeError } from '../../../src/core/errors.ts';
import { detectEngine } from '../../../src/engine/detect.ts';
import { type FakeOptions, fakeEngines } from '../../fixtures/engine/fake-engines.ts';
import { always } from './support.ts';

async function detect(options: FakeOptions, engine: EngineKind | 'auto' = 'auto', allowRootful = false) {
  using fakes = fakeEngines(options);
  const found = await detectEngine(fakes.runner, { engine, allowRootful }).catch((error: unknown) => {
    if (error instanceof RkubeError) return error;
    throw error;
  });
  return { found, asked: [...new Set(fakes.calls().map((call) => call.engine))] };
}

const ROOTFUL = ['podman-5.4.2-rootful', 'docker-26.1.5-rootful', 'nerdctl-2.1.3-rootful'];

describe('takes', () => {
  test.each([
    ['podman where all work, and asks no further', {}, 'auto', false, 'podman', ['podman']],
    ['docker where podman is not installed', { kinds: ['docker', 'nerdctl'] }, 'auto', false, 'docker', ['docker']],
    ['nerdctl where it is alone', { kinds: ['nerdctl'] }, 'auto', false, 'nerdctl', ['nerdctl']],
    ['docker where podman does not work', { switches: ['podman:down'] }, 'auto', false, 'docker', ['podman', 'docker']],
    [
      'nerdctl where docker is rootful',
      { kinds: ['docker', 'nerdctl'], profiles: ['docker-26.1.5-rootful'] },
      'auto',
      false,
      'nerdctl',
      ['docker', 'nerdctl'],
    ],
    ['the one named, and asks no other', {}, 'nerdctl', false, 'nerdctl', ['nerdctl']],
    [
      'a rootless one before an allowed rootful one',
      { profiles: ['podman-5.4.2-rootful'] },
      'auto',
      true,
      'docker',
      ['podman', 'docker'],
    ],
    [
      'the first rootful one where allowed and nothing else works',
      { profiles: ROOTFUL },
      'auto',
      true,
      'podman',
      ['podman', 'docker', 'nerdctl'],
    ],
  ] as const)('%s', async (_, options, engine, allowRootful, kind, asked) => {
    const seen = await detect(options, engine, allowRootful);
    expect(seen.found).toMatchObject({ info: { kind }, dialect: { kind } });
    expect(seen.asked).toEqual(asked);
  });
});

describe('refuses', () => {
  const daemon =
    'docker does not answer: Cannot connect to the Docker daemon at unix:///run/user/1000/docker.sock. Is the docker daemon running?';
  test.each([
    [
      'no engine at all',
      { kinds: [] },
      'auto',
      'no-engine',
      ['podman is not installed', 'docker is not installed', 'nerdctl is not installed'],
      /apt install podman/,
    ],
    [
      'one without a daemon',
      { kinds: ['docker'], switches: ['down'] },
      'auto',
      'no-engine',
      ['podman is not installed', daemon, 'nerdctl is not installed'],
      /systemctl --user start docker/,
    ],
    [
      'a named one without a daemon (Docker 28)',
      { switches: ['down'], profiles: ['docker-28.5.2'] },
      'docker',
      'no-engine',
      [daemon],
      /systemctl --user start docker/,
    ],
    [
      'a named one that is not installed',
      { kinds: ['podman'] },
      'docker',
      'no-engine',
      ['docker is not installed'],
      /doctor/,
    ],
    [
      'podman without a user namespace',
      { kinds: ['podman'], switches: ['down'] },
      'podman',
      'no-engine',
      [expect.stringMatching(/^podman does not answer: Error: cannot set up namespace/)],
      /subuid/,
    ],
    [
      'a rootful one',
      { profiles: ROOTFUL },
      'docker',
      'engine-rootful',
      ['docker 26.1.5+dfsg1 answers, but it is rootful'],
      /dockerd-rootless-setuptool\.sh install.*--allow-rootful/,
    ],
    [
      'rootful ones only',
      { kinds: ['docker', 'nerdctl'], profiles: ROOTFUL },
      'auto',
      'engine-rootful',
      [
        'podman is not installed',
        'docker 26.1.5+dfsg1 answers, but it is rootful',
        'nerdctl 2.1.3 answers, but it is rootful',
      ],
      /--allow-rootful/,
    ],
  ] as const)('%s', async (_, options, engine, id, details, next) => {
    const { found } = await detect(options, engine);
    expect(found).toMatchObject({ id, exitCode: 3, details, next: expect.stringMatching(next) as unknown });
  });

  test('an engine it does not know, as wrong usage', async () => {
    const { found } = await detect({}, 'lxc' as EngineKind);
    expect(found).toMatchObject({
      id: 'unknown-engine',
      exitCode: 2,
      message: 'Unknown engine "lxc": expected auto, podman, docker, nerdctl',
    });
  });

  test('to go on when interrupted', async () => {
    const work = detectEngine(always({ canceled: true, exitCode: null }), { engine: 'auto', allowRootful: false });
    await expect(work).rejects.toMatchObject({ id: 'interrupted', exitCode: 130 });
  });

  test('an engine that hangs, saying how long it waited', async () => {
    const work = detectEngine(always({ timedOut: true, exitCode: null, durationMs: 60_000 }), {
      engine: 'podman',
      allowRootful: false,
    });
    await expect(work).rejects.toMatchObject({
      id: 'no-engine',
      details: ['podman does not answer: no answer within 60 s'],
    });
  });
});
