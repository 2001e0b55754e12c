import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, nodesReady, ok, on } from '../lab.ts';
import { deployServers, everyPodReachesEvery } from '../pods.ts';

// Debian's newer suite (Podman 5.8, Docker 28.5) by itself, then beside the stable one in one cluster. The control plane
// is Docker's and the workers Podman's: the other way round than in the tests before.
const admin = 'bob@1';

const join = async (who: string): Promise<void> => {
  const ticket = await ok(admin, 'rkube join-command');
  await ok(who, 'rkube join', { input: ticket });
};

describe.sequential('hosts of the newer suite', () => {
  beforeAll(() => lab('up', '2', '--suite', 'forky', '--fresh'));

  test('a Docker control plane and a Podman worker make a cluster', async () => {
    await ok(admin, 'rkube init --engine docker --publish 30080');
    await join('alice@2');
    await nodesReady(admin, ['host1', 'host2']);
    await deployServers(admin);
    await everyPodReachesEvery(admin, 2, 240);
  });

  test('a Docker control plane gives tickets for further ones', async () =>
    expect(await ok(admin, 'rkube join-command --control-plane')).toMatch(/^rkube join <<< rkube1\./));

  test('a host of the stable suite joins them', async () => {
    await lab('up', '3');
    expect(await ok('root@3', 'cat /etc/debian_version')).toMatch(/^13/);
    expect(await ok('root@1', 'cat /etc/debian_version')).not.toMatch(/^13/);
    await join('alice@3');
    await nodesReady(admin, ['host1', 'host2', 'host3']);
    await everyPodReachesEvery(admin, 3, 240);
  });

  test('a reboot of the Docker control plane: all comes back, published ports too', async () => {
    await lab('reboot', '1');
    await nodesReady(admin, ['host1', 'host2', 'host3'], 480);
    const pods = await everyPodReachesEvery(admin, 3, 480);
    await eventually(
      'the node port answers on another host',
      120,
      () => on('alice@2', 'curl -sS --max-time 10 http://10.99.0.11:30080/'),
      ({ stdout }) => pods.some(({ name }) => name === stdout.trim()),
    );
  });
});
