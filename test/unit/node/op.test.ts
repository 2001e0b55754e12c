import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../src/node/files.ts';

// The real script, with its folder moved below a temporary one.

let folder: string;
let op: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rkube-op-'));
  const text = nodeFiles().find(({ path }) => path.endsWith('/op'))?.text ?? '';
  op = join(folder, 'op');
  writeFileSync(op, text.replaceAll('/run/rkube', join(folder, 'run')), { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (name: string): string => join(folder, 'run', name);

function start(args: readonly string[], input = '') {
  const child = spawn(op, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 50_000 });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const done = new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (exitCode) => resolve({ ...output, exitCode })),
  );
  return { child, done };
}

/** Starts a command in the node that tells when it runs; its number is that of its process. */
async function running(script: string) {
  const { child, done } = start(['run', 'sh', '-c', `echo $$ >'${join(folder, 'pid')}'; ${script}`], 'secret');
  while (
    !existsSync(join(folder, 'pid')) ||
    readFileSync(join(folder, 'pid'), 'utf8') === '' ||
    !existsSync(run('op.pid'))
  )
    await sleep(5);
  // The shell sets its trap a moment later.
  await sleep(50);
  return { child, done, pid: Number(readFileSync(join(folder, 'pid'), 'utf8')) };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('op run', () => {
  it('gives the command its input as a file that root alone can read', async () => {
    const script = 'cat "$RKUBE_INPUT"; stat -c " %a" "$RKUBE_INPUT"; stat -c %a "$(dirname "$RKUBE_INPUT")"';
    expect(await start(['run', 'sh', '-c', script], 'token: secret').done).toMatchObject({
      exitCode: 0,
      stdout: 'token: secret 600\n700\n',
    });
  });

  it('uses the file that rkube names to kubeadm', async () => {
    const { OPERATION_INPUT } = await import('../../../src/kubeadm/operation.ts');
    const { stdout } = await start(['run', 'sh', '-c', 'echo "$RKUBE_INPUT"']).done;
    expect(stdout.trim().replace(join(folder, 'run'), '/run/rkube')).toBe(OPERATION_INPUT);
  });

  it.each([0, 1, 3, 125])('ends with the exit code of the command: %i', async (code) => {
    expect((await start(['run', 'sh', '-c', `exit ${code}`]).done).exitCode).toBe(code);
  });

  it('ends with a failure when the command does not exist', async () => {
    expect((await start(['run', 'rkube-no-such-command']).done).exitCode).toBe(127);
  });

  it('hands output and errors on', async () => {
    expect(await start(['run', 'sh', '-c', 'echo out; echo err >&2']).done).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it.each(['exit 0', 'exit 1'])('leaves no input behind after %s', async (script) => {
    await start(['run', 'sh', '-c', script], 'token: secret').done;
    expect([existsSync(run('op.input')), existsSync(run('op.pid'))]).toEqual([false, false]);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends the command at %s, and leaves no input behind',
    async (signal) => {
      const { child, done, pid } = await running('exec sleep 30');
      child.kill(signal);
      const { exitCode } = await done;
      expect(exitCode).not.toBe(0);
      expect([alive(pid), existsSync(run('op.input'))]).toEqual([false, false]);
    },
  );

  it('waits for a command that takes its time to end, so that nothing is left running', async () => {
    const { child, done, pid } = await running("trap 'sleep 0.3; exit 9' TERM; while :; do sleep 0.05; done");
    child.kill('SIGTERM');
    await done;
    expect(alive(pid)).toBe(false);
  });
});

describe('op stop', () => {
  const stop = () => start(['stop']).done;

  it('ends what runs and returns when it is gone, input and all', async () => {
    const { done, pid } = await running('exec sleep 30');
    expect(alive(pid)).toBe(true);
    expect((await stop()).exitCode).toBe(0);
    expect([alive(pid), existsSync(run('op.input'))]).toEqual([false, false]);
    expect((await done).exitCode).not.toBe(0);
  });

  it('ends what an rkube started that was killed', async () => {
    const { child, pid } = await running('exec sleep 30');
    child.kill('SIGKILL');
    await sleep(20);
    expect(alive(pid)).toBe(true);
    expect((await stop()).exitCode).toBe(0);
    expect([alive(pid), existsSync(run('op.input'))]).toEqual([false, false]);
  });

  it('is fine where nothing runs', async () => {
    expect(await stop()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is fine where what ran has ended, and takes its leftovers away', async () => {
    const { child, pid } = await running('exec sleep 30');
    child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    while (alive(pid)) await sleep(5);
    expect((await stop()).exitCode).toBe(0);
    expect([existsSync(run('op.pid')), existsSync(run('op.input'))]).toEqual([false, false]);
  });

  it('takes away the input of a run that was killed before its command began', async () => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    writeFileSync(run('op.input'), 'token: secret');
    expect((await stop()).exitCode).toBe(0);
    expect(existsSync(run('op.input'))).toBe(false);
  });
});
