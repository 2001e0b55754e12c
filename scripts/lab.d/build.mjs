// What all labs share: kernel, root file system, and the base disk every host starts from.
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf, part } from './cache.mjs';
import { withLock } from './lock.mjs';
import { cache, checkout, here } from './names.mjs';
import { run } from './run.mjs';
import { LabError, say } from './say.mjs';
import { seed } from './seed.mjs';

/** Debian packages the lab needs on this machine, each with a file that shows it is there. */
const packages = {
  flex: '/usr/bin/flex',
  bison: '/usr/bin/bison',
  bc: '/usr/bin/bc',
  gcc: '/usr/bin/gcc',
  make: '/usr/bin/make',
  'libc6-dev': '/usr/include/stdio.h',
  'libelf-dev': '/usr/include/libelf.h',
  'libssl-dev': '/usr/include/openssl/ssl.h',
  'xz-utils': '/usr/bin/xz',
  mmdebstrap: '/usr/bin/mmdebstrap',
  e2fsprogs: '/usr/sbin/mke2fs',
  iproute2: '/usr/sbin/ip',
  'openssh-client': '/usr/bin/ssh',
  'util-linux': '/usr/bin/flock',
};

/** @typedef {{kernel: string, rootfs: string, disk: string}} Built paths of the kernel, the folder with the keys, the base disk */

/** Builds what is missing; under a second when nothing is. @returns {Promise<Built>} */
export async function build() {
  checkMachine();
  mkdirSync(cache, { recursive: true });
  return withLock('build', 3600, async () => {
    await installPackages();
    const kernelKey = keyOf(['kernel.sh', 'kernel.config'].map((file) => join(here, file)));
    const rootfsKey = keyOf(['rootfs.sh', 'packages.txt', 'guest'].map((file) => join(here, file)));
    // Independent, and one of them waits for the network most of the time.
    const [kernel, rootfs] = await Promise.all([
      part('kernel', kernelKey, async (folder, log) => {
        await run(join(here, 'kernel.sh'), [folder], { name: 'kernel', log, seconds: 3600 });
        if (existsSync(join(folder, 'note'))) say(readFileSync(join(folder, 'note'), 'utf8').trim());
      }),
      part('rootfs', rootfsKey, async (folder, log) => {
        await run(join(here, 'rootfs.sh'), [folder], { name: 'rootfs', log, seconds: 1800 });
      }),
    ]);
    const image = await nodeImage();
    const { size, mtimeMs } = statSync(image);
    const baseKey = keyOf([join(here, 'seed.mjs')], [rootfsKey, image, `${size} ${mtimeMs}`]);
    const base = await part('base', baseKey, async (folder, log) => {
      await seed({ kernel: join(kernel, 'linux'), rootfs, image, folder, log });
    });
    return { kernel: join(kernel, 'linux'), rootfs, disk: join(base, 'disk.img') };
  });
}

function checkMachine() {
  if (process.getuid?.() !== 0)
    throw new LabError(
      'the lab needs root on this machine (network namespaces, mounts, file systems); found an ordinary user',
      3,
    );
  if (process.arch !== 'x64')
    throw new LabError(`the lab needs an x86-64 machine (user-mode Linux has no other), found ${process.arch}`, 3);
}

async function installPackages() {
  const missing = Object.entries(packages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const log = join(cache, 'packages.log');
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { name: 'apt-get update', log, seconds: 300, env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], {
    name: 'apt-get install',
    log,
    seconds: 900,
    env,
  });
}

/** Path of the node image, built if need be. @returns {Promise<string>} */
async function nodeImage() {
  if (process.env.RKUBE_LAB_IMAGE) return process.env.RKUBE_LAB_IMAGE;
  const tool = join(checkout, 'scripts/node-image');
  const { stdout } = await run(tool, ['build'], { name: 'node image', seconds: 3600, showStderr: true });
  return stdout.trim();
}
