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
  zstd: '/usr/bin/zstd',
  mmdebstrap: '/usr/bin/mmdebstrap',
  e2fsprogs: '/usr/sbin/mke2fs',
  iproute2: '/usr/sbin/ip',
  'openssh-client': '/usr/bin/ssh',
  'util-linux': '/usr/bin/flock',
};

/** @typedef {import('./names.mjs').Suite} Suite */
/** @typedef {{kernel: string, keys: string, disk: string}} Built paths of the kernel, the folder with the ssh keys, the base disk */

/** Builds what is missing for hosts of a suite; under a second when nothing is. @param {Suite} suite @returns {Promise<Built>} */
export async function build(suite) {
  checkMachine();
  mkdirSync(cache, { recursive: true });
  return withLock('build', 3600, async () => {
    await installPackages();
    // Independent, and half of them wait for the network most of the time.
    const keys = await keysPart();
    const [kernel, packages, tools] = await Promise.all([kernelPart(), packagesPart(suite), toolsPart()]);
    const rootfs = await rootfsPart(suite, [packages, tools, keys]);
    const image = await nodeImage();
    const { size, mtimeMs } = statSync(image);
    const baseKey = keyOf([join(here, 'seed.mjs')], [rootfs, image, `${size} ${mtimeMs}`]);
    const base = await part(`base-${suite}`, baseKey, async (folder, log) => {
      await seed({ suite, kernel, rootfs, keys, image, folder, log });
    });
    return { kernel, keys, disk: join(base, 'disk.img') };
  });
}

/** @returns {Promise<string>} */
async function kernelPart() {
  const key = keyOf(['kernel.sh', 'kernel.config'].map((file) => join(here, file)));
  const folder = await part('kernel', key, async (folder, log) => {
    await run(join(here, 'kernel.sh'), [folder], { name: 'kernel', log, seconds: 3600 });
    if (existsSync(join(folder, 'note'))) say(readFileSync(join(folder, 'note'), 'utf8').trim());
  });
  return join(folder, 'linux');
}

/** The key of all users and the host key of all hosts, the same in both suites. @returns {Promise<string>} */
function keysPart() {
  return part('keys', keyOf([join(here, 'keys.sh')]), async (folder, log) => {
    await run(join(here, 'keys.sh'), [folder], { name: 'keys', log, seconds: 60 });
  });
}

/** nerdctl, RootlessKit 3, upstream's start scripts. @returns {Promise<string>} */
function toolsPart() {
  return part('tools', keyOf(['tools.sh', 'go'].map((file) => join(here, file))), async (folder, log) => {
    await run(join(here, 'tools.sh'), [folder], { name: 'tools', log, seconds: 1800 });
  });
}

/** @param {Suite} suite @returns {Promise<string>} */
function packagesPart(suite) {
  const key = keyOf(['packages.sh', 'packages.txt'].map((file) => join(here, file)));
  return part(`packages-${suite}`, key, async (folder, log) => {
    await run(join(here, 'packages.sh'), [folder, suite], { name: `packages-${suite}`, log, seconds: 1800 });
  });
}

/** @param {Suite} suite @param {string[]} layers folders of packages, tools and keys @returns {Promise<string>} */
function rootfsPart(suite, layers) {
  const key = keyOf(
    ['rootfs.sh', 'guest'].map((file) => join(here, file)),
    layers,
  );
  return part(`rootfs-${suite}`, key, async (folder, log) => {
    await run(join(here, 'rootfs.sh'), [folder, ...layers], { name: `rootfs-${suite}`, log, seconds: 600 });
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
