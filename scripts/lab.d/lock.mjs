// One lab command at a time; the kernel frees the lock when its holder dies.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './names.mjs';
import { LabError, say } from './say.mjs';

/**
 * Runs `body` while holding the lock `name`.
 * @template T
 * @param {string} name @param {number} seconds longest wait for the lock @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(name, seconds, body) {
  const dir = join(cache, 'locks');
  mkdirSync(dir, { recursive: true });
  // `cat` lives as long as our end of its stdin: no lock outlives this process, however it dies.
  const holder = spawn('flock', ['-w', String(seconds), join(dir, name), 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const patience = setTimeout(() => say(`waiting for another lab command to end (lock ${name})`), 1000);
  const locked = await new Promise((resolve) => {
    holder.once('error', () => resolve(false));
    holder.once('close', () => resolve(false));
    holder.stdout.once('data', () => resolve(true));
  });
  clearTimeout(patience);
  if (!locked)
    throw new LabError(
      `another lab command held the lock ${join(dir, name)} for ${seconds} s; see it with: fuser -v ${join(dir, name)}`,
    );
  try {
    return await body();
  } finally {
    holder.stdin.end();
  }
}
