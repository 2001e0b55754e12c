import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually } from '../lab.ts';

/** A unix socket of a lab host, brought to this machine. */
export interface Forwarded extends AsyncDisposable {
  readonly path: string;
}

/** Brings the socket of a user on host 1 here by ssh, as `lab ssh` logs in; resolves when an engine answers on it. */
export async function forwardSocket(user: string, far: string): Promise<Forwarded> {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-socket-'));
  const path = join(folder, 'engine.sock');
  const name = `rkube-lab-${process.env['RKUBE_LAB'] ?? 'rkube'}`;
  const stop = new AbortController();
  const ssh = ['ssh', '-F', `/dev/shm/${name}/ssh_config`, '-o', 'ControlMaster=no', '-o', 'ControlPath=none'];
  const forward = ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `${path}:${far}`, `${user}@host1`];
  const tunnel = execa('ip', ['netns', 'exec', name, ...ssh, ...forward], { reject: false, cancelSignal: stop.signal });
  const { default: Docker } = await import('dockerode');
  await eventually(
    `an engine at ${far} of ${user}`,
    60,
    async () => new Docker({ socketPath: path }).ping().then(String),
    (answer) => answer === 'OK',
  );
  return {
    path,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await tunnel;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
