import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseContainer } from '../../../src/engine/containers.ts';
import { docker } from '../../../src/engine/docker.ts';
import { nerdctl } from '../../../src/engine/nerdctl.ts';
import { parseSubnets } from '../../../src/engine/networks.ts';
import { podman } from '../../../src/engine/podman.ts';
import type { EngineInfo } from '../../../src/engine/types.ts';
import { result } from './support.ts';

// Engines add fields between versions. Every recorded answer, with unknown fields at every place, reads as before.

const FOLDER = new URL('../../fixtures/engine/', import.meta.url);
const recorded = (folder: string): readonly string[] => readdirSync(new URL(folder, FOLDER));
const text = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Labels are a map of the user's: what is added there is no unknown field. */
const MAPS = ['Labels', 'labels'];

/** Unknown fields in every object, at the front and at the end. */
function grown(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => grown(item));
  if (!isObject(value) || MAPS.includes(name)) return value;
  const inner = Object.entries(value).map(([key, each]) => [key, grown(each, key)] as const);
  return Object.fromEntries([['aNew', { field: [1, null] }], ...inner, ['zNew', 'text']]);
}

const grow = (json: string): string => JSON.stringify(grown(JSON.parse(json)));

function told(profile: string, change: (json: string) => string): EngineInfo {
  const dialect = [podman, docker, nerdctl].find(({ kind }) => profile.startsWith(kind)) ?? podman;
  const { specs, parse } = dialect.info();
  return parse(specs.map((spec) => result({ spec, stdout: change(text(`answers/${profile}.${spec.args[0]}.json`)) })));
}

const profiles = recorded('answers')
  .filter((file) => file.endsWith('.info.json'))
  .map((file) => file.replace('.info.json', ''));

describe('info and version', () => {
  test('are there of every engine version that rkube knows', () => {
    const versions = new Set(profiles.map((profile) => profile.split('.')[0]));
    for (const version of ['docker-26', 'docker-28', 'docker-29', 'podman-4', 'podman-5', 'podman-6', 'nerdctl-2'])
      expect(versions).toContain(version);
  });

  test.each(profiles)('%s', (profile) => {
    expect(told(profile, grow)).toEqual(told(profile, (json) => json));
  });
});

describe('container inspect', () => {
  test.each(recorded('inspect'))('%s', (file) => {
    const parse = (stdout: string) => parseContainer(result({ stdout }));
    const json = text(`inspect/${file}`);
    expect(parse(json)).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
    expect(parse(grow(json))).toEqual(parse(json));
  });
});

describe('network inspect', () => {
  test.each(recorded('network'))('%s', (file) => {
    const parse = (stdout: string) => parseSubnets(result({ stdout }));
    const json = text(`network/${file}`);
    expect(parse(json)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\.0\/\d+$/)]);
    expect(parse(grow(json))).toEqual(parse(json));
  });
});
