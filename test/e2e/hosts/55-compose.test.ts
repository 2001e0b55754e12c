import { beforeAll, describe, expect, test } from 'vitest';
import { lab, nodesReady, ok, residue } from '../lab.ts';

const COMPOSE = 'NODE_NAME=host1 HOST_IP=10.99.0.11 HOST_MODULES=/mnt';
const FILE = '-f /usr/local/lib/rkube/compose/compose.yaml';

// `podman compose` hands on to the first provider that is installed: docker-compose or podman-compose.
describe.sequential('a node that compose brought up', () => {
  beforeAll(() => lab('up', '1', '--fresh'));

  test.for([
    { who: 'bob@1', engine: 'docker', compose: 'docker compose' },
    { who: 'alice@1', engine: 'podman', compose: 'PODMAN_COMPOSE_PROVIDER=podman-compose podman compose' },
  ])('is taken over by rkube init: $compose', async ({ who, engine, compose }) => {
    await ok(who, `${COMPOSE} ${compose} ${FILE} up -d`);
    const made = await ok(who, `${engine} container inspect --format '{{.Id}}' rkube-rkube-host1`);
    await ok(who, `rkube init --engine ${engine}`);
    expect(await ok(who, `${engine} container inspect --format '{{.Id}}' rkube-rkube-host1`)).toBe(made);
    await nodesReady(who, ['host1']);
    if (engine === 'podman') {
      // Docker starts its containers at boot itself; Podman's have rkube's unit from now on.
      await ok(who, 'rkube down && rkube up');
      await nodesReady(who, ['host1']);
    }
    await ok(who, 'rkube delete --yes');
    expect(await residue(who, engine)).toBe('');
  });
});
