import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseContainer } from '../../../src/engine/containers.ts';
import { result } from './support.ts';

const recorded = (name: string): string =>
  readFileSync(new URL(`../../fixtures/engine/inspect/${name}.json`, import.meta.url), 'utf8');

describe('a recorded container', () => {
  const config = { 'dev.rkube.config': '{"a":[1,2],"b":"c=d"}' };
  test.each([
    [
      'docker-26.1.5-created',
      {
        name: 'c1',
        status: 'created',
        image: 'localhost/t:1',
        labels: { a: 'b,c=d', x: '1' },
        startedAt: '',
        error: '',
      },
    ],
    ['docker-26.1.5-running', { name: 'c2', status: 'running', labels: {}, startedAt: '2026-11-21T03:59:01.313Z' }],
    ['docker-26.1.5-stopped', { status: 'stopped', startedAt: '2026-11-21T03:59:01.313Z' }],
    ['docker-26.1.5-start-failed', { name: 'c3', status: 'created', error: 'network nonet not found', startedAt: '' }],
    [
      'podman-5.4.2-created',
      { name: 'rkube-a-n1', status: 'created', image: 'localhost/t:2', labels: config, startedAt: '' },
    ],
    ['podman-5.4.2-running', { status: 'running', startedAt: '2026-11-21T04:31:03.182Z' }],
    ['podman-5.4.2-stopped', { status: 'stopped', labels: config }],
    [
      'podman-5.4.2-start-failed',
      {
        status: 'created',
        labels: {},
        error: expect.stringMatching(/^crun: controller `pids` is not available/) as unknown,
      },
    ],
  ])('%s', (file, expected) => {
    expect(parseContainer(result({ stdout: recorded(file) }))).toMatchObject(expected);
  });
});

describe('a recorded node', () => {
  test.each([
    ['docker-28.5.2', '2026-11-21T16:22:12.977Z', 774],
    ['podman-5.8.6', '2026-11-21T16:22:15.892Z', 784],
    ['nerdctl-2.2.1', '2026-11-21T16:22:20.160Z', 6964],
  ])('of %s: created, running, stopped', (engine, startedAt, pid) => {
    const node = {
      name: 'rkube-a-n1',
      image: 'localhost/rkube-node:v1.36.3',
      labels: { 'dev.rkube.config': '{"a":[1,2],"b":"c=d"}' },
    };
    const seen = (state: string) => parseContainer(result({ stdout: recorded(`${engine}-${state}`) }));
    expect(seen('created')).toMatchObject({ ...node, status: 'created', startedAt: '' });
    expect(seen('running')).toMatchObject({ ...node, status: 'running', startedAt, pid });
    expect(seen('stopped')).toMatchObject({ ...node, status: 'stopped', startedAt, pid: 0 });
  });
});

describe("engines' words for the state", () => {
  test.each([
    ['', 'created'],
    ['configured', 'created'],
    ['initialized', 'created'],
    ['restarting', 'stopped'],
    ['paused', 'stopped'],
    ['dead', 'stopped'],
    ['stopping', 'stopped'],
  ])('%s is %s', (word, status) => {
    const stdout = JSON.stringify([{ Id: 'i', Name: 'n', State: { Status: word } }]);
    expect(parseContainer(result({ stdout }))).toMatchObject({
      status,
      image: '',
      labels: {},
      error: '',
      startedAt: '',
    });
  });
});

test.each([
  ['podman', 125, '[]', 'Error: no such container nope'],
  ['docker', 1, '[]', 'Error response from daemon: No such container: nope'],
  ['docker 20', 1, '[]', 'Error: No such object: nope'],
  ['nerdctl', 1, '', 'time="…" level=fatal msg="1 errors:\\nno such container: nope"'],
])('%s: absent is undefined', (_, exitCode, stdout, stderr) => {
  expect(parseContainer(result({ exitCode, stdout, stderr }))).toBeUndefined();
});

test.each([
  [
    'another failure',
    { exitCode: 1, stderr: 'Cannot connect to the Docker daemon' },
    /Looking at the node container.*exit code 1/,
  ],
  ['a record without state', { stdout: '[{"Id":"i","Name":"n"}]' }, /0\.State is not as expected/],
  ['no JSON', { stdout: 'oops' }, /Cannot read what/],
])('%s is an error', (_, partial, message) => {
  expect(() => parseContainer(result(partial))).toThrow(message);
});
