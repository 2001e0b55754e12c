import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../../../src/config/types.ts';
import type { CommandRunner } from '../../../src/core/command.ts';
import { RkubeError } from '../../../src/core/errors.ts';
import { detectEngine, findRunning, mayAnswer } from '../../../src/engine/detect.ts';
import type { Place } from '../../../src/engine/place.ts';
import { type FakeOptions, fakeEngines, placeWith } from '../../fixtures/engine/fake-engines.ts';
import { fakeHost } from '../preflight/fake.ts';
import { always, result } from './support.ts';

async function detect(
  options: FakeOptions,
  engine: EngineKind | 'auto' = 'auto',
  allowRootful = false,
  place: Partial<Place> = {},
) {
  using fakes = fakeEngines(options);
  const found = await detectEngine({ ...fakes.place, ...place }, { engine, allowRootful }).catch((error: unknown) => {
    if (error instanceof RkubeError) return error;
    throw error;
  });
  const calls = fakes.calls();
  return { found, asked: [...new Set(calls.map(({ engine: kind }) => kind))], calls: calls.map(({ argv }) => argv) };
}

const ROOTFUL = ['podman-5.4.2-rootful', 'docker-26.1.5-rootful', 'nerdctl-2.2.1-rootful'];

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
        'nerdctl 2.2.1 answers, but it is rootful',
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
    const work = detectEngine(placeWith(always({ canceled: true, exitCode: null })), {
      engine: 'auto',
      allowRootful: false,
    });
    await expect(work).rejects.toMatchObject({ id: 'interrupted', exitCode: 130 });
  });

  test('an engine that hangs, saying how long it waited', async () => {
    const hangs = always({ timedOut: true, exitCode: null, durationMs: 20_000, stderr: 'OS: linux' });
    const work = detectEngine(placeWith(hangs), { engine: 'docker', allowRootful: false });
    await expect(work).rejects.toMatchObject({
      id: 'no-engine',
      details: ['docker does not answer: no answer within 20 s'],
      next: expect.stringMatching(/systemctl --user restart docker/) as unknown,
    });
  });

  test.each(['podman', 'docker', 'nerdctl'] as const)('to wait for %s longer than 20 s', async (kind) => {
    const limits: (number | undefined)[] = [];
    const runner: CommandRunner = {
      run: async (spec) => (limits.push(spec.timeoutMs), result({ spec, exitCode: 1 })),
      attach: async () => 0,
    };
    await expect(detectEngine(placeWith(runner), { engine: kind, allowRootful: false })).rejects.toThrow(/No usable/);
    expect(new Set(limits)).toEqual(new Set([20_000]));
  });
});

describe('refuses an engine that is not on this host', () => {
  const context = (name: string, host: string) => ({
    readFile: placeWith(
      always({}),
      {},
      {
        '/home/user/.docker/config.json': JSON.stringify({ auths: {}, currentContext: name }),
        // `printf %s far | sha256sum`
        '/home/user/.docker/contexts/meta/512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868/meta.json':
          JSON.stringify({ Name: 'far', Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }),
      },
    ).readFile,
  });
  const env = (name: string, value: string) => ({ env: { [name]: value } });
  test.each([
    ['DOCKER_HOST by ssh', 'docker', env('DOCKER_HOST', 'ssh://me@far'), 'ssh://me@far, says DOCKER_HOST'],
    [
      'DOCKER_HOST by TCP',
      'docker',
      env('DOCKER_HOST', 'tcp://192.0.2.1:2375'),
      'tcp://192.0.2.1:2375, says DOCKER_HOST',
    ],
    ['a Docker context', 'docker', context('far', 'ssh://me@far'), 'ssh://me@far, says the Docker context far'],
    [
      'CONTAINER_HOST',
      'podman',
      env('CONTAINER_HOST', 'ssh://me@far/x.sock'),
      'ssh://me@far/x.sock, says CONTAINER_HOST',
    ],
    ['CONTAINER_CONNECTION', 'podman', env('CONTAINER_CONNECTION', 'far'), 'far, says CONTAINER_CONNECTION'],
  ] as const)('%s, without asking it', async (_, engine, place, where) => {
    const { found, asked, calls } = await detect({}, engine, false, place);
    expect(found).toMatchObject({
      id: 'engine-elsewhere',
      exitCode: 3,
      details: [`${engine} is not on this host: ${where}`],
    });
    expect((found as RkubeError).next).toMatch(/or run rkube on that host/);
    expect([asked, calls]).toEqual([[engine], [['--version']]]);
  });

  test.each(['podman', 'docker', 'nerdctl'] as const)(
    '%s that tells name and kernel of another machine',
    async (kind) => {
      const { found } = await detect({ switches: ['elsewhere'] }, kind, false, { hostname: 'here', kernel: '1.2.3' });
      expect(found).toMatchObject({
        id: 'engine-elsewhere',
        details: [expect.stringMatching(/says \w+ itself \(this is here with Linux 1\.2\.3\)$/)],
      });
    },
  );

  test('a remote client, with the connection it has', async () => {
    const runner: CommandRunner = {
      run: async (spec) =>
        spec.args[0] === 'info'
          ? result({
              spec,
              stdout: JSON.stringify({
                host: { serviceIsRemote: true, security: { rootless: true } },
                store: { graphDriverName: 'overlay' },
                version: { Version: '5.4.2' },
              }),
            })
          : result({ spec, stdout: '\nssh://me@far:22/run/podman.sock\n\n' }),
      attach: async () => 0,
    };
    await expect(detectEngine(placeWith(runner), { engine: 'podman', allowRootful: false })).rejects.toMatchObject({
      id: 'engine-elsewhere',
      details: ["podman is not on this host: ssh://me@far:22/run/podman.sock, says podman's own configuration"],
    });
  });

  test('but takes the next, and says nothing of one that is not installed', async () => {
    const far = { env: { DOCKER_HOST: 'ssh://me@far' } };
    expect((await detect({ kinds: ['docker', 'nerdctl'] }, 'auto', false, far)).found).toMatchObject({
      info: { kind: 'nerdctl' },
    });
    expect((await detect({ kinds: [] }, 'docker', false, far)).found).toMatchObject({
      id: 'no-engine',
      details: ['docker is not installed'],
    });
  });

  test.each([
    ['a socket of this host in DOCKER_HOST', env('DOCKER_HOST', 'unix:///run/user/1000/docker.sock')],
    ['a context of this host', context('far', 'unix:///run/user/1000/docker.sock')],
    ['DOCKER_HOST before a context', { ...context('far', 'ssh://me@far'), ...env('DOCKER_HOST', 'unix:///x') }],
    ['DOCKER_CONTEXT before the file', { ...context('far', 'ssh://me@far'), ...env('DOCKER_CONTEXT', 'default') }],
    ['a context that cannot be read: docker itself will tell', context('gone', '')],
    ['a host that was renamed since', { hostname: 'renamed' }],
    ['a kernel that is not ours, as in a sandbox', { kernel: '4.4.0' }],
  ] as const)('and takes docker with %s', async (_, place) => {
    expect((await detect({}, 'docker', false, place)).found).toMatchObject({ info: { kind: 'docker' } });
  });
});

describe('shows every rejection', () => {
  test('with its reason, and the next step of the first that can be mended', async () => {
    const { found } = await detect({ kinds: ['docker', 'nerdctl'], switches: ['down'] }, 'auto');
    expect(found).toMatchObject({
      id: 'no-engine',
      details: [
        'podman is not installed',
        expect.stringMatching(/^docker does not answer: Cannot connect to the Docker daemon/),
        expect.stringMatching(/^nerdctl does not answer: .*rootless containerd not running/),
      ],
      next: expect.stringMatching(/systemctl --user start docker/) as unknown,
    });
  });
});

describe('a further engine is asked', () => {
  const SOCKET = '/run/user/1001/docker.sock';
  const CHILD = '/run/user/1001/containerd-rootless/child_pid';
  const env = { DOCKER_HOST: `unix://${SOCKET}` };
  test.each<[string, EngineKind, Parameters<typeof fakeHost>[0], boolean]>([
    ['podman, which has no daemon', 'podman', {}, true],
    ['docker with a socket', 'docker', { env, files: { [SOCKET]: '' } }, true],
    ['docker without', 'docker', { env }, false],
    ['docker by a default that is not there', 'docker', {}, false],
    ['docker whose context can not be read', 'docker', { env: { DOCKER_CONTEXT: 'lost' } }, true],
    ['nerdctl with a containerd of the user', 'nerdctl', { files: { [CHILD]: '77' } }, true],
    ['nerdctl without', 'nerdctl', {}, false],
  ])('%s', async (_, kind, host, expected) => expect(await mayAnswer(fakeHost(host), kind)).toBe(expected));
});

describe('a node that runs is found by its name alone', () => {
  const NAME = 'rkube-lab-host1';
  const SOCKET = '/run/user/1001/docker.sock';
  const inspected = (kind: string, status = 'running') => ({
    [`${kind} container inspect ${NAME}`]: JSON.stringify([{ Id: '1d', Name: `/${NAME}`, State: { Status: status } }]),
  });
  const AUTO = { engine: 'auto', allowRootful: false } as const;
  const env = (name: string, value: string) => ({ env: { [name]: value } });
  const OWN = { ...env('DOCKER_HOST', `unix://${SOCKET}`), files: { [SOCKET]: '' } };

  test.each([
    ['on the first engine', { commands: inspected('podman') }, AUTO, 'podman'],
    ['on a later one', { commands: inspected('docker'), ...OWN }, AUTO, 'docker'],
    [
      'on the engine named',
      { commands: { ...inspected('podman'), ...inspected('docker') }, ...OWN },
      { ...AUTO, engine: 'docker' },
      'docker',
    ],
    ['but not one that is stopped', { commands: inspected('podman', 'exited') }, AUTO, undefined],
    ['but not on a daemon that does not run', { commands: inspected('docker'), env: OWN.env }, AUTO, undefined],
    [
      "but not on a daemon that is not the user's",
      {
        commands: inspected('docker'),
        ...env('DOCKER_HOST', 'unix:///run/docker.sock'),
        files: { '/run/docker.sock': '' },
      },
      { ...AUTO, engine: 'docker' },
      undefined,
    ],
    [
      'but not on another host',
      { commands: inspected('podman'), ...env('CONTAINER_HOST', 'ssh://far/x.sock') },
      AUTO,
      undefined,
    ],
    ['but not as root', { commands: inspected('podman'), uid: 0 }, AUTO, undefined],
    [
      'but not where a rootful one is wanted',
      { commands: inspected('podman') },
      { ...AUTO, allowRootful: true },
      undefined,
    ],
    ['where there is none', {}, AUTO, undefined],
  ] as const)('%s', async (_, host, wanted, kind) => {
    expect((await findRunning(fakeHost(host), wanted, NAME))?.dialect.kind).toBe(kind);
  });
});
