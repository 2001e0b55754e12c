import { describe, expect, test } from 'vitest';
import { mayHaveCredentials, namesRegistry, registryOf } from '../../../src/engine/credentials.ts';
import { hostWith } from './support.ts';

test.each([
  ['docker.io/kindest/node:v1.36.4@sha256:00', 'docker.io'],
  ['kindest/node', 'docker.io'],
  ['debian', 'docker.io'],
  ['10.99.0.11:5000/rkube-node:v1', '10.99.0.11:5000'],
  ['registry.example/team/node', 'registry.example'],
  ['localhost/rkube-node:v1', 'localhost'],
])('%s comes from %s', (ref, registry) => {
  expect(registryOf(ref)).toBe(registry);
});

describe('an auth file', () => {
  test.each([
    ['{}', 'docker.io', false],
    ['{"auths":{"https://index.docker.io/v1/":{"auth":"eA=="}}}', 'docker.io', true],
    ['{"auths":{"registry.example/team":{"auth":"eA=="}}}', 'registry.example', true],
    ['{"auths":{"registry.example":{}}}', 'registry.example:5000', false],
    ['{"auths":{},"credHelpers":{"gcr.io":"gcloud"}}', 'gcr.io', true],
    ['{"auths":{},"credHelpers":{"gcr.io":"gcloud"}}', 'quay.io', false],
    ['{"credsStore":"secretservice"}', 'quay.io', true],
    ['{"auths":null,"credsStore":"","currentContext":"rootless"}', 'quay.io', false],
    ['not JSON', 'quay.io', true],
  ])('%s, for %s: %s', (text, registry, named) => {
    expect(namesRegistry(text, registry)).toBe(named);
  });

  const AUTH = '{"auths":{"registry.example":{"auth":"eA=="}}}';
  test.each([
    ['/home/ann/.docker/config.json', {}],
    ['/cfg/config.json', { DOCKER_CONFIG: '/cfg' }],
    ['/run/user/1001/containers/auth.json', {}],
    ['/rt/containers/auth.json', { XDG_RUNTIME_DIR: '/rt' }],
    ['/home/ann/.config/containers/auth.json', {}],
    ['/secret.json', { REGISTRY_AUTH_FILE: '/secret.json' }],
  ])('is read at %s with %j', async (path, env: Record<string, string>) => {
    const host = hostWith({ [path]: AUTH }, env);
    expect(await mayHaveCredentials(host, 'registry.example/node:1')).toBe(true);
    expect(await mayHaveCredentials(host, 'other.example/node:1')).toBe(false);
  });
});
