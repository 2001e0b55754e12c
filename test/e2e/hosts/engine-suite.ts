import Docker from 'dockerode';
import type { StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { LocalRunner } from '../../../src/core/runner.ts';
import { createEngine } from '../../../src/engine/engine.ts';
import { type ContainerEvent, followEvents } from '../../../src/engine/events.ts';
import type { Dialect, EngineInfo } from '../../../src/engine/types.ts';
import { eventually, lab, ok } from '../lab.ts';
import { type Forwarded, forwardSocket } from './socket.ts';

const IMAGE = 'localhost/rkube-node:v1.36.3';
/** Nothing reaps what a killed run left: Ryuk needs an image of its own, and fails on rootless Podman. */
const LABEL = 'dev.rkube.test';
/** The only server in the node image that needs nothing: kubectl's, of files. */
const SERVE = 'kubectl proxy --address=0.0.0.0 --port=8080 --www=/etc --www-prefix=/etc/';

interface Who {
  readonly user: string;
  readonly dialect: Dialect;
  /** On the host. */
  readonly socket: string;
  readonly prepare: string;
  readonly restore: string;
}

/**
 * One suite for the API of every engine, on a real socket, driven by testcontainers. A file each: testcontainers
 * remembers the first engine it spoke to as long as the process lasts.
 */
export function engineSuite({ user, dialect, socket, prepare, restore }: Who): void {
  describe.sequential(`the API of ${dialect.kind}`, () => {
    const name = `rkube-test-${dialect.kind}`;
    const who = `${user}@1`;
    const stop = new AbortController();
    const events: ContainerEvent[] = [];
    let forwarded: Forwarded | undefined;
    let docker: Docker;
    let container: StartedTestContainer;
    let following: Promise<string>;
    let started = Promise.resolve(0);

    const reap = (): Promise<string> =>
      ok(who, `${dialect.kind} ps -aq --filter label=${LABEL} | xargs -r ${dialect.kind} rm -f`);

    beforeAll(async () => {
      await lab('up', '1');
      await ok(who, prepare);
      await reap();
      forwarded = await forwardSocket(user, socket);
      docker = new Docker({ socketPath: forwarded.path });
      process.env['DOCKER_HOST'] = `unix://${forwarded.path}`;
      process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
      // Else it may start a container to find out how it is reached.
      process.env['TESTCONTAINERS_HOST_OVERRIDE'] = 'localhost';
    });
    afterAll(async () => {
      stop.abort();
      await reap();
      await forwarded?.[Symbol.asyncDispose]();
      await ok(who, restore);
    });

    test('rkube finds the socket answering, and follows events over it', async () => {
      const info = { kind: dialect.kind, socket: forwarded?.path ?? '' } as EngineInfo;
      const engine = createEngine(dialect, info, new LocalRunner(new Lifetime(stop.signal)));
      started = new Promise((resolve) => {
        following = followEvents(engine, stop.signal, {
          place: {
            runner: engine.runner,
            env: {},
            home: '/',
            hostname: 'host1',
            uid: 0,
            readFile: async () => undefined,
          },
          container: () => ({ name, id: '' }),
          onOpen: () => resolve(events.length),
          onEvent: (event) => events.push(event),
        });
      });
      expect(await started).toBe(0);
    });

    test('a container starts when it says it is ready', async () => {
      const { GenericContainer, Wait } = await import('testcontainers');
      container = await new GenericContainer(IMAGE)
        .withName(name)
        .withLabels({ [LABEL]: 'yes', 'dev.rkube.test.words': 'a=b, "c"\td' })
        .withEntrypoint(['sh', '-c'])
        .withCommand([`echo to-stderr >&2; hostname > /etc/rkube-test; ${SERVE}`])
        .withExposedPorts(8080)
        .withWaitStrategy(Wait.forLogMessage('Starting to serve'))
        .withStartupTimeout(120_000)
        .start();
    });

    test('a command in it gives its exit code, and its two outputs apart', async () => {
      const { exitCode, stdout, stderr } = await container.exec(['sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
    });

    test('its output is a stream from the first line on', async () => {
      const stream = await container.logs();
      const lines: string[] = [];
      stream.on('data', (line: string) => lines.push(line));
      await eventually(
        'both outputs',
        30,
        async () => lines.join(''),
        (text) => text.includes('to-stderr') && text.includes('Starting to serve'),
      );
      stream.destroy();
    });

    test('labels come back as they were given, and find it', async () => {
      const [found, ...others] = await docker.listContainers({ filters: { label: [`${LABEL}=yes`] } });
      expect(others).toEqual([]);
      expect(found?.Labels['dev.rkube.test.words']).toBe('a=b, "c"\td');
      expect(await ok(who, `${dialect.kind} ps --filter label=${LABEL} --format '{{.Names}}'`)).toBe(name);
    });

    test('its published port answers on the host', async () => {
      const port = container.getMappedPort(8080);
      const inside = (await container.exec(['cat', '/etc/rkube-test'])).stdout.trim();
      expect(await ok(who, `curl -sS --max-time 20 http://localhost:${port}/etc/rkube-test`)).toBe(inside);
    });

    test('it stops and is gone, and rkube has seen it all', async () => {
      await container.stop({ timeout: 1_000, remove: true });
      await expect(docker.getContainer(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
      await eventually(
        'events',
        30,
        async () => events.map(({ what }) => what),
        (seen) => seen.join() === 'started,stopped,removed',
      );
      expect(events[1]?.detail).toMatch(/^exit code \d+$/);
      const times = events.map(({ at }) => at);
      expect(times).toEqual(times.toSorted());
    });

    test('following ends when it is told to', async () => {
      stop.abort();
      expect(await following).toBeTypeOf('string');
    });
  });
}
