import { expect, test } from 'vitest';
import { mountOf } from '../../../src/host/mounts.ts';
import { fakeHost } from '../preflight/fake.ts';

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /home rw,nosuid,noexec shared:2 master:3 - nfs4 server:/home rw,vers=4.2
31 30 8:2 / /home/my\\040disk rw - xfs /dev/sdb1 rw
32 22 0:40 / /tmp rw - tmpfs tmpfs rw
33 22 8:3 / /tmp ro - btrfs /dev/sdc1 rw
a line that is none
`;

test.each([
  ['/home/alice/.local', '/home', 'nfs4', ['rw', 'nosuid', 'noexec']],
  ['/home', '/home', 'nfs4', ['rw', 'nosuid', 'noexec']],
  ['/homes/alice', '/', 'ext4', ['rw', 'relatime']],
  ['/home/my disk/x', '/home/my disk', 'xfs', ['rw']],
  ['/tmp/x', '/tmp', 'btrfs', ['ro']],
])('%s lies on the mount at %s', async (path, point, type, options) =>
  expect(await mountOf(fakeHost({ files: { '/proc/self/mountinfo': MOUNTS } }), path)).toEqual({
    point,
    type,
    options,
  }),
);

test('without a list of mounts nothing is known', async () =>
  expect(await mountOf(fakeHost(), '/home')).toBeUndefined());
