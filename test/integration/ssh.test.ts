import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExecRule } from '../fixtures/engine/fake-engines.ts';
import { CA_HASH, TOKEN, WORKS } from './kubernetes.ts';
import { ADDRESS, IGNORED, LAUNCHER, TestSite } from './site.ts';

// The pipe of the README, with the system's ssh client and, on the far side, an ssh server in this process that runs
// the real command line on engines of its own.

const SSH = '/usr/bin/ssh';

describe('rkube join-command | ssh host2 rkube join', () => {
  beforeEach(({ skip }) => skip(!existsSync(SSH), `${SSH} is not there (package openssh-client)`));

  it('joins host2, and hands its progress and exit code back', async () => {
    using pipe = await openPipe();
    const outcome = await pipe.run();
    expect(outcome.stderr).toMatch(/✓ Make a token/);
    expect(outcome.stderr).toMatch(/✓ Join the cluster \(kubeadm join\)/);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: `${pipe.far.node}   ${ADDRESS}   worker\n` });
    const [join] = pipe.far.called(/op run kubeadm join/);
    expect(join?.stdin).toContain(`token: ${TOKEN}`);
    expect(join?.stdin).toContain(CA_HASH);
    expect(pipe.commands.join(' ')).not.toMatch(/rkube1\./);
  });

  it('ends with the exit code and the words of the far side when the join fails there', async () => {
    using pipe = await openPipe([{ ...WORKS.join, exitCode: 1, stderr: 'the far kubelet is ill\n' }]);
    const outcome = await pipe.run();
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/✗ kubeadm join: podman ended with exit code 1[^]*the far kubelet is ill/);
    expect(outcome.stderr).not.toContain(TOKEN);
  });

  it('makes nothing on host2 when there is no ticket to give', async () => {
    using pipe = await openPipe([], 'no init');
    const outcome = await pipe.run();
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatch(/cannot make tickets[^]*Expected a ticket/);
    expect(pipe.far.changes()).toEqual([]);
  });
});

async function openPipe(farRules: readonly ExecRule[] = [], near: 'init' | 'no init' = 'init') {
  const api = createServer((socket) => socket.destroy());
  const apiPort = await listen(api, ADDRESS);
  const env = { PORT_KUBE_APISERVER: String(apiPort) };
  const site = new TestSite({ programs: [SSH] });
  const far = new TestSite({ rules: farRules });
  const commands: string[] = [];
  const server = farServer(far, env, commands);
  const port = await listen(server, '127.0.0.1');
  const prepared = await site.run([near === 'init' ? 'init' : 'up'], { env });
  if (prepared.exitCode !== 0) throw new Error(prepared.stderr);
  const rkube = join(site.home, 'rkube');
  writeFileSync(rkube, `#!/bin/sh\nexec node '${LAUNCHER}' "$@"\n`, { mode: 0o755 });
  writeFileSync(
    join(site.home, 'ssh_config'),
    'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\nBatchMode yes\n',
  );
  return {
    far,
    commands,
    async run() {
      const ssh = `ssh -F ssh_config -p ${port} someone@127.0.0.1`;
      const shell = spawn('/bin/sh', ['-c', `./rkube join-command | ${ssh} rkube join`], {
        cwd: site.home,
        env: { ...site.env, ...env },
        timeout: 20_000,
      });
      shell.stdin.end();
      const output = { stdout: '', stderr: '' };
      shell.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
      shell.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
      const exitCode = await new Promise<number | null>((resolve) => shell.once('close', resolve));
      return { ...output, exitCode };
    },
    [Symbol.dispose]() {
      server.close();
      api.close();
      site[Symbol.dispose]();
      far[Symbol.dispose]();
    },
  };
}

/** Lets everybody in, and runs every command that begins with `rkube` on the far host. */
function farServer(far: TestSite, env: Readonly<Record<string, string>>, commands: string[]): ssh2.Server {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _, { command }) => {
        commands.push(command);
        const channel = acceptExec();
        const [, ...args] = command.split(' ');
        const ignored = IGNORED.flatMap((id) => ['--ignore', id]);
        const child = spawn(process.execPath, [LAUNCHER, ...args, ...ignored], {
          cwd: far.home,
          env: { ...far.env, ...env },
        });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.once('close', (code) => {
          channel.exit(code ?? 255);
          channel.end();
        });
      });
    });
  });
}

async function listen(
  server: { listen(port: number, host: string, ready: () => void): unknown; address(): unknown },
  host: string,
): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  return (server.address() as { port: number }).port;
}
