// rkube of this checkout onto hosts.
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './names.mjs';
import { run } from './run.mjs';
import { LabError, say } from './say.mjs';
import { inHost } from './ssh.mjs';

/** @typedef {import('./names.mjs').Host} Host */

/**
 * Named alone, without the folders above them: tar closes a folder to other users for as long as it writes below it,
 * and a host whose /usr is closed while it boots comes up with half of its users' services.
 */
const INSTALLED = ['usr/local/lib/rkube', 'usr/local/bin/rkube'];

/** Installs rkube on hosts that are up. @param {Host[]} hosts */
export async function install(hosts) {
  const archive = await pack();
  try {
    await Promise.all(hosts.map((host) => unpack(host, archive)));
  } finally {
    rmSync(archive, { force: true });
  }
}

/** What `make install` puts under /usr/local, as a tar file the caller removes. @returns {Promise<string>} */
export async function pack() {
  const temporary = mkdtempSync(join(tmpdir(), 'rkube-install-'));
  const archive = `${temporary}.tar`;
  try {
    await run('make', ['-C', checkout, '--silent', 'install', `DESTDIR=${temporary}`, 'PREFIX=/usr/local'], {
      name: 'make install',
      seconds: 300,
    });
    const missing = INSTALLED.find((path) => !existsSync(join(temporary, path)));
    if (missing !== undefined) throw new LabError(`make install did not make ${missing} in DESTDIR=${temporary}`);
    await run('tar', ['-C', temporary, '--owner=root', '--group=root', '-cf', archive, ...INSTALLED], { seconds: 60 });
    return archive;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** @param {Host} host @param {string} archive */
export async function unpack(host, archive) {
  const input = openSync(archive, 'r');
  try {
    // sync: a test may cut the power next.
    await inHost(host, 'root', 'tar -x -C / && sync', { seconds: 120, input });
  } finally {
    closeSync(input);
  }
  say(`${host.name}: rkube installed`);
}
