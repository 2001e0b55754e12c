// The base disk: the root file system, booted once, with the node image loaded into the stores of all three users.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { keyOf } from './cache.mjs';
import { tearDown, tearDownNow } from './down.mjs';
import { boot, powerOff, waitForEngines, waitForSsh } from './host.mjs';
import { cache, cpus, hostOf, labNamed } from './names.mjs';
import { makeNetwork } from './net.mjs';
import { run, withUndo } from './run.mjs';
import { LabError, say } from './say.mjs';
import { inHost, writeSshConfig } from './ssh.mjs';
import { makeStateDir } from './state.mjs';

/**
 * Makes folder/disk.img.
 * @param {{suite: import('./names.mjs').Suite, kernel: string, rootfs: string, keys: string, image: string, folder: string, log: string}} from
 */
export async function seed({ suite, kernel, rootfs, keys, image, folder, log }) {
  const lab = labNamed(`base-${keyOf([], [cache])}`); // one for each cache folder
  const name = `base-${suite}`;
  const host = hostOf(lab, 1);
  await tearDown(lab); // what a killed build left
  await withUndo(
    () => tearDownNow(lab),
    async () => {
      await makeStateDir(lab);
      // In memory: what the guest writes back to a real disk is slow and noisy.
      const disk = join(lab.dir, 'seed.img');
      await run('cp', ['--sparse=always', join(rootfs, 'disk.img'), disk], { name, log, seconds: 300 });
      await makeNetwork(lab);
      writeSshConfig(lab, keys);
      boot(host, { suite, kernel, memory: '3G', cpu: cpus().at(-1) ?? 0, disk });
      try {
        await waitForSsh(host);
        await waitForEngines(host);
        await load(host, image, name, log);
        // Next boots get their machine id from the command line; what this one left must not stand against it.
        await inHost(host, 'root', 'umount /mnt; rm -rf /var/log/journal/* /var/tmp/*; : > /etc/machine-id; sync', {
          log,
          seconds: 120,
        });
        await powerOff(host);
      } finally {
        if (existsSync(host.log)) copyFileSync(host.log, `${log}.console`);
      }
      const { code, stdout } = await run('e2fsck', ['-fn', disk], { name, seconds: 300, mayFail: true });
      if (code !== 0)
        throw new LabError(`${name}: expected a clean file system after shutdown, e2fsck found:\n${stdout}`);
      // Copies the blocks in use. fstrim in the guest is no way: 24 GiB in requests of 32 KiB take minutes when it is busy.
      await run('e2image', ['-ra', disk, join(folder, 'disk.img')], { name, log, seconds: 600 });
    },
  );
  await tearDown(lab);
  rmSync(`${log}.console`, { force: true });
}

/** @param {import('./names.mjs').Host} host @param {string} image @param {string} name @param {string} log */
async function load(host, image, name, log) {
  // hostfs shares a folder of this machine with the guest; only the build uses it.
  await inHost(host, 'root', `mount -t hostfs -o hostfs=${dirname(image)},ro none /mnt`, { log, seconds: 20 });
  const file = `/mnt/${basename(image)}`;
  for (const [user, engine] of [
    ['alice', 'podman'],
    ['bob', 'docker'],
    ['carol', 'nerdctl'],
  ]) {
    say(`${name}: ${user} loads the node image into ${engine}`);
    await inHost(host, user, `${engine} load --input ${file} && ${engine} image ls`, {
      log,
      seconds: 1200,
      name: `${name}: ${engine} load`,
    });
  }
}
