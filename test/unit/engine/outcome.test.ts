import { describe, expect, test } from 'vitest';
import {
  engineError,
  isAbsent,
  names,
  succeeded,
  succeededOrAbsent,
  succeededOrPresent,
} from '../../../src/engine/outcome.ts';
import { result } from './support.ts';

const failure = (stderr: string) => result({ exitCode: 1, stderr });

describe('absent', () => {
  test.each([
    'Error: no container with name or ID "nope" found: no such container',
    'Error: nope:1: image not known',
    'Error: unable to find network with name or ID n1: network not found',
    'Error: no volume with name "v1" found: no such volume',
    'Error response from daemon: No such container: nope',
    'Error response from daemon: network n1 not found',
    'Error response from daemon: get v1: no such volume',
    'Error response from daemon: volume v1 not found',
    'time="2026-11-21T04:05:58Z" level=fatal msg="no such network: n1"',
    'level=fatal msg="no such volume: v1 (not found)"',
    // nerdctl 2.2, volume inspect
    String.raw`level=warning msg="volume-store error\nnot found\n\"v1/volume.json\" does not exist"`,
  ])('%s', (stderr) => {
    expect(isAbsent(failure(stderr))).toBe(true);
    expect(succeededOrAbsent('Removing')(failure(stderr))).toBeUndefined();
  });

  test.each([
    'Error response from daemon: remove v1: volume is in use - [0e16]',
    'Error: "n1" has associated containers with it. Use -f to forcibly delete containers and pods: network is being used',
    'Cannot connect to the Docker daemon at unix:///run/user/1000/docker.sock. Is the docker daemon running?',
    'open /var/lib/x: no such file or directory',
  ])('not: %s', (stderr) => {
    expect(isAbsent(failure(stderr))).toBe(false);
    expect(() => succeededOrAbsent('Removing x')(failure(stderr))).toThrow('Removing x');
  });

  test('not what succeeded with such words', () => {
    expect(isAbsent(result({ stderr: 'No such container: nope' }))).toBe(false);
  });
});

describe('present', () => {
  test.each([
    'Error: network name n1 already used: network already exists',
    'Error: volume with name v1 already exists: volume already exists',
    'Error response from daemon: network with name n1 already exists',
  ])('%s', (stderr) => {
    expect(succeededOrPresent('Creating')(failure(stderr))).toBeUndefined();
  });

  test('not: no address left', () => {
    expect(() => succeededOrPresent('Creating n1')(failure('could not find an available subnet'))).toThrow(
      'Creating n1',
    );
  });
});

describe('next steps', () => {
  test.each([
    ['write /x: no space left on device', /Free space/],
    ["Failed to bind port 6443 (Address already in use) for option '-t 6443'", /ss -ltnup/],
    ['Bind for 0.0.0.0:6443 failed: port is already allocated', /ss -ltnup/],
    ['Cannot connect to the Docker daemon at unix:///x', /systemctl --user start docker/],
    ['rootless containerd not running? (hint: …)', /systemctl --user start containerd/],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      /dockerd-rootless-setuptool/,
    ],
    ['cannot set up namespace using "/usr/bin/newuidmap": exit status 1', /subuid/],
  ])('%s', (stderr, next) => {
    expect(engineError(failure(stderr), 'Doing it').next).toMatch(next);
  });

  test('none for what is not known', () => {
    expect(engineError(failure('strange'), 'Doing it').next).toBeUndefined();
  });
});

test('a failure shows the command, its output and what was being done', () => {
  const work = () => succeeded('Starting node')(failure('bang'));
  expect(work).toThrow('Starting node: podman ended with exit code 1');
  expect(engineError(failure('bang'), '').details).toEqual(['$ podman info --format json', 'bang']);
});

test('names are lines, without blanks', () => {
  expect(names('Listing')(result({ stdout: ' a\n\nb \n' }))).toEqual(['a', 'b']);
  expect(names('Listing')(result())).toEqual([]);
});
