import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CommandResult } from '../../../src/core/command.ts';
import type { Bytes } from '../../../src/core/reporter.ts';
import { podman } from '../../../src/engine/podman.ts';
import { pullImage, splitTag } from '../../../src/engine/pull.ts';
import { PullMeter } from '../../../src/engine/pull-meter.ts';
import type { Host } from '../../../src/host/types.ts';
import { type Answer, fakeApi } from '../../fixtures/engine/api.ts';
import { always, engineAt, hostWith } from './support.ts';

const recorded = (file: string): string =>
  readFileSync(new URL(`../../fixtures/engine/pulls/${file}.jsonl`, import.meta.url), 'utf8');

function measure(text: string): { seen: Bytes[]; error: string } {
  const seen: Bytes[] = [];
  const meter = new PullMeter((bytes) => seen.push(bytes));
  for (const line of text.split('\n')) meter.read(line);
  return { seen, error: meter.error };
}

describe('bytes, as engines told them', () => {
  test.each(['docker-26.1.5', 'podman-5.4.2'])('%s: two layers of 33 and 119 MB', (file) => {
    const { seen, error } = measure(recorded(file));
    expect(error).toBe('');
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.at(-1)).toEqual({ done: 151_857_931, total: 151_857_931 });
    const done = seen.map(({ done }) => done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  test.each([
    [
      'a failure in a line',
      '{"error":"no such host","errorDetail":{"message":"lookup x: no such host"}}',
      'lookup x: no such host',
    ],
    ['a failure without detail', '{"error":"denied"}', 'denied'],
    ['no JSON', 'plain words', ''],
    ['an empty line', '', ''],
  ])('%s', (_, line, error) => {
    expect(measure(line)).toEqual({ seen: [], error });
  });
});

test.each([
  ['10.99.0.11:5000/rkube-node:v1', '10.99.0.11:5000/rkube-node', 'v1'],
  ['10.99.0.11:5000/rkube-node', '10.99.0.11:5000/rkube-node', 'latest'],
  ['docker.io/kindest/node:v1@sha256:00', 'docker.io/kindest/node', 'sha256:00'],
  ['debian', 'debian', 'latest'],
])('%s is %s and %s', (ref, fromImage, tag) => {
  expect(splitTag(ref)).toEqual({ fromImage, tag });
});

const REF = 'registry.example/node:v1';
const bare = hostWith({});

/** Pulls over a socket that answers so; the command line answers with `partial`. */
async function pull(
  answer: Answer,
  { host = bare, partial = { stdout: '[{}]' } }: { host?: Host; partial?: Partial<CommandResult> } = {},
) {
  await using api = await fakeApi(answer);
  const commands: string[] = [];
  const runner = {
    ...always(partial),
    open: () => Promise.reject(new Error('nothing to open')),
  };
  const engine = engineAt(podman, api.path, {
    ...runner,
    run: (spec, options) => {
      commands.push(spec.args.join(' '));
      return runner.run(spec, options);
    },
  });
  const bytes: Bytes[] = [];
  const { signal } = new AbortController();
  const onBytes = (each: Bytes): void => void bytes.push(each);
  const error = await pullImage(engine, host, REF, { signal, onBytes, onLine: () => {} }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, bytes, commands, requests: api.requests };
}

const done: Answer = (_, response) => response.end(recorded('podman-5.4.2'));

describe('a pull', () => {
  test('goes over the socket, and is looked for afterwards', async () => {
    const { error, bytes, commands, requests } = await pull(done);
    expect(error).toBeUndefined();
    expect(bytes.at(-1)).toEqual({ done: 151_857_931, total: 151_857_931 });
    expect(requests).toEqual(['GET /_ping', 'POST /images/create?fromImage=registry.example/node&tag=v1']);
    expect(commands).toEqual([`image inspect ${REF}`]);
  });

  test('goes by command line when credentials may be needed', async () => {
    const host = hostWith({ '/home/ann/.docker/config.json': '{"credsStore":"pass"}' });
    const { error, commands, requests } = await pull(done, { host });
    expect({ error, commands, requests }).toEqual({ error: undefined, commands: [`pull ${REF}`], requests: [] });
  });

  test.each([
    [
      'told in a line, with 200',
      (_, response) => response.end('{"status":"x"}\n{"error":"manifest unknown"}\n'),
      'manifest unknown',
    ],
    [
      'told at once',
      (_, response) => response.writeHead(404).end('{"message":"manifest for it not found"}'),
      'not found',
    ],
    [
      'a connection that breaks',
      (_, response) => void response.write('{"status":"x"}\n', () => response.destroy()),
      'broke it off|aborted',
    ],
  ] satisfies [string, Answer, string][])('fails: %s', async (_, answer, words) => {
    const { error } = await pull(answer, { partial: { exitCode: 125, stderr: `Error: ${REF}: image not known` } });
    expect(error).toMatchObject({ id: 'pull-failed', message: expect.stringMatching(words) });
  });

  test('ends at once when interrupted, and the engine sees it', async () => {
    const stop = new AbortController();
    await using api = await fakeApi((_, response) =>
      response.write(recorded('podman-5.4.2').split('\n').slice(0, 4).join('\n') + '\n'),
    );
    const pulling = pullImage(engineAt(podman, api.path), bare, REF, {
      signal: stop.signal,
      onBytes: () => stop.abort(),
      onLine: () => {},
    });
    await expect(pulling).rejects.toMatchObject({ id: 'interrupted', exitCode: 130 });
    await api.left;
  });
});
