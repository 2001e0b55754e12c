import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { display } from '../../../src/core/command.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { LocalRunner } from '../../../src/core/runner.ts';
import { docker } from '../../../src/engine/docker.ts';
import { type ContainerEvent, followEvents, parseEvent } from '../../../src/engine/events.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { podman } from '../../../src/engine/podman.ts';
import { fakeApi } from '../../fixtures/engine/api.ts';
import { engineAt, hostWith } from './support.ts';

const recorded = (file: string): string[] =>
  readFileSync(new URL(`../../fixtures/engine/events/${file}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
const node = { name: 'rkt', id: 'f40919' };
const words = (lines: readonly string[], container = node): string[] =>
  lines
    .map((line) => parseEvent(line, container))
    .flatMap((event) => (event ? [`${event.what} ${event.detail}`.trim()] : []));

describe('events as engines told them', () => {
  // Recorded: start, stop, start, removal of a container with a health check, beside one whose name begins the same.
  test.each([
    [
      'docker-26.1.5',
      ['started', 'health healthy', 'stopped exit code 137', 'started', 'stopped exit code 137', 'removed'],
    ],
    [
      'podman-5.4.2-api',
      [
        ...['started', 'health healthy', 'health healthy', 'health healthy', 'stopped exit code 137'],
        ...['started', 'health healthy', 'stopped exit code 137', 'removed'],
      ],
    ],
    [
      'podman-5.4.2-cli',
      [
        ...['started', 'health healthy', 'health healthy', 'health healthy', 'stopped exit code 137'],
        ...['started', 'health healthy', 'stopped exit code 137', 'removed'],
      ],
    ],
  ])('%s', (file, expected) => {
    expect(words(recorded(file))).toEqual(expected);
  });

  test('nerdctl-2.2.1, by id; a command that ends in it is not its end', () => {
    const lines = recorded('nerdctl-2.2.1');
    const id = '9f58d9a08c531f15a32b7f9322aeb043cac0cd0f84d3ba2565b913ecfc52f3a0';
    const seen = ['started', 'stopped exit code 137', 'started', 'stopped exit code 137', 'removed'];
    expect(words(lines, { name: 'rkt', id })).toEqual(seen);
    expect(words(lines, { name: 'rkt', id: 'other' })).toEqual([]);
    expect(parseEvent(lines[0] ?? '', { name: 'rkt', id })?.at).toBe('2026-11-21T16:17:03.311Z');
  });

  test('keep the time of the engine', () => {
    expect(parseEvent(recorded('docker-26.1.5')[0] ?? '', node)?.at).toBe('2026-11-21T15:44:14.268Z');
  });

  // containerd's events, told by id.
  const told = (topic: string, event: object, id = ''): string =>
    JSON.stringify({
      Timestamp: '2026-11-21T15:44:14.268Z',
      ID: id,
      Namespace: 'default',
      Topic: topic,
      Status: 'unknown',
      Event: JSON.stringify(event),
    });
  test.each([
    ['/tasks/start', { container_id: 'f40919', pid: 7 }, ['started']],
    ['/tasks/exit', { container_id: 'f40919', id: 'f40919', exit_status: 137 }, ['stopped exit code 137']],
    ['/tasks/exit', { container_id: 'f40919', id: 'f40919' }, ['stopped exit code 0']],
    ['/tasks/exit', { container_id: 'f40919', id: 'exec-1' }, []],
    ['/tasks/exec-started', { container_id: 'f40919', exec_id: 'exec-1' }, []],
    ['/containers/delete', { id: 'f40919' }, ['removed']],
    ['/tasks/start', { container_id: 'other' }, []],
    ['/snapshot/prepare', { key: 'f40919' }, []],
  ])('nerdctl: %s %j', (topic, event, expected) => {
    expect(words([told(topic, event)])).toEqual(expected);
  });
  test('nerdctl: any container may be one that has no id yet', () => {
    expect(words([told('/tasks/start', { container_id: 'new' })], { name: 'rkt', id: '' })).toEqual(['started']);
  });

  test.each(['', 'plain words', '[]', '{"Action":"start"}', '{"Action":{}}'])('%j is none', (line) => {
    expect(words([line])).toEqual([]);
  });
});

describe('the command line that prints events', () => {
  const since = new Date('2026-11-21T15:44:14.268Z');
  const filters =
    '--since 2026-11-21T15:44:14.268Z --filter type=container --filter container=n --filter event=start --filter event=die ' +
    '--filter event=died --filter event=destroy --filter event=remove --filter event=health_status';
  test.each([
    [docker, `docker events ${filters} --format '{{json .}}'`],
    [podman, `podman events ${filters} --format json`],
    [nerdctl, "nerdctl events --format '{{json .}}'"],
  ])('%#', (dialect, line) => {
    expect(display(dialect.events('n', since))).toBe(line);
  });
});

/** Follows until `enough` events came, or they ended. */
async function follow(engine: Parameters<typeof followEvents>[0], enough: number) {
  const stop = new AbortController();
  const events: ContainerEvent[] = [];
  let opened = 0;
  const why = await followEvents(engine, stop.signal, {
    place: hostWith({}),
    container: () => node,
    onOpen: () => (opened += 1),
    onEvent: (event) => {
      if (events.push(event) === enough) stop.abort();
    },
  });
  return { why, opened, events: events.map(({ what }) => what) };
}

describe('following', () => {
  test('by the socket: the engine leaves out what is not asked for, and sees the reader go', async () => {
    await using api = await fakeApi((_, response) =>
      response.write(`${recorded('docker-26.1.5').slice(0, 3).join('\n')}\n`),
    );
    expect(await follow(engineAt(docker, api.path), 2)).toMatchObject({ opened: 1, events: ['started', 'health'] });
    await api.left;
    expect(api.requests.at(-1)).toBe(
      'GET /events?filters={"type":["container"],"container":["rkt"],"event":["start","die","died","destroy","remove","health_status"]}',
    );
  });

  test('ends with the connection', async () => {
    await using api = await fakeApi((_, response) => response.end());
    expect(await follow(engineAt(podman, api.path), 1)).toEqual({
      why: 'the engine closed the connection',
      opened: 1,
      events: [],
    });
  });

  test('tells what the engine says against it', async () => {
    await using api = await fakeApi((_, response) => response.writeHead(500).end('{"message":"no events here"}'));
    expect(await follow(engineAt(docker, api.path), 1)).toMatchObject({
      why: expect.stringContaining('no events here'),
      opened: 0,
    });
  });

  /** The engine's program is a shell with this script. */
  const scripted = (script: string) => {
    const engine = engineAt(podman, '', new LocalRunner(new Lifetime(new AbortController().signal)));
    const dialect = { ...podman, events: () => ({ file: 'sh', args: ['-c', script], effect: 'read' as const }) };
    return { ...engine, dialect };
  };
  const [start = ''] = recorded('podman-5.4.2-cli');

  test('by the command line where there is no socket, which is ended with the watch', async () => {
    const { opened, events } = await follow(scripted(`echo '${start}'; exec sleep 60`), 1);
    expect({ opened, events }).toEqual({ opened: 1, events: ['started'] });
  });

  test('a command line that ends says why', async () => {
    expect(await follow(scripted('echo "Error: no events logger" >&2; exit 125'), 1)).toMatchObject({
      why: 'Error: no events logger',
    });
  });
});
