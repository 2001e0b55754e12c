// rkube of this checkout onto hosts.
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './names.mjs';
import { run } from './run.mjs';
import { LabError, say } from './say.mjs';
import { inHost } from './ssh.mjs';

/** @param {import('./names.mjs').Host[]} hosts */
export async function install(hosts) {
  const temporary = mkdtempSync(join(tmpdir(), 'rkube-install-'));
  try {
    const tree = join(temporary, 'tree');
    const archive = join(temporary, 'tree.tar');
    await run('make', ['-C', checkout, '--silent', 'install', `DESTDIR=${tree}`, 'PREFIX=/usr/local'], {
      name: 'make install',
      seconds: 300,
    });
    const top = readdirSync(tree);
    if (top.length === 0)
      throw new LabError(`make install put nothing into DESTDIR=${tree}; expected usr/local/bin/rkube`);
    await run('tar', ['-C', tree, '--owner=root', '--group=root', '-cf', archive, ...top], { seconds: 60 });
    await Promise.all(
      hosts.map(async (host) => {
        const input = openSync(archive, 'r');
        try {
          await inHost(host, 'root', 'tar -x -C / --no-overwrite-dir && sync', { seconds: 120, input });
        } finally {
          closeSync(input);
        }
        say(`${host.name}: rkube installed`);
      }),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
