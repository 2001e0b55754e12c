import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../../src/core/command.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { LocalRunner } from '../../../src/core/runner.ts';

const PATH = process.env.PATH ?? '';
const runner = new LocalRunner(new Lifetime(new AbortController().signal), { PATH, GIVEN: 'yes' });

const sh = (script: string, parts: Partial<CommandSpec> = {}): CommandSpec => ({
  file: 'sh',
  args: ['-c', script],
  effect: 'read',
  ...parts,
});

describe('running a command on this machine', () => {
  it('collects both outputs and the exit code', async () => {
    const result = await runner.run(sh('echo out; echo err >&2; exit 3'));
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out', stderr: 'err', timedOut: false, notFound: false });
  });

  it('closes standard input when there is none to write', async () => {
    expect(await runner.run(sh('cat; echo end', { timeoutMs: 3_000 }))).toMatchObject({ stdout: 'end' });
  });

  it('writes standard input, text or bytes', async () => {
    expect(await runner.run(sh('cat', { stdin: 'a b' }))).toMatchObject({ stdout: 'a b' });
    expect(await runner.run(sh('wc -c', { stdin: new Uint8Array(70_000) }))).toMatchObject({ stdout: '70000' });
  });

  it('survives a command that does not read its standard input', async () => {
    expect(await runner.run(sh('exit 0', { stdin: 'x'.repeat(1_000_000) }))).toMatchObject({ exitCode: 0 });
  });

  it('passes on the environment it was given and what the command adds, nothing else', async () => {
    const { stdout } = await runner.run(sh('echo "$GIVEN $ADDED ${HOME:-none}"', { env: { ADDED: 'too' } }));
    expect(stdout).toBe('yes too none');
  });

  it.each([
    ['/usr/bin:/bin', '/usr/bin:/bin:/usr/sbin:/sbin'],
    ['/sbin:/usr/sbin:/bin', '/sbin:/usr/sbin:/bin'],
  ])('lets engines find what only administrators have on their PATH: %s', async (path, found) => {
    const user = new LocalRunner(new Lifetime(new AbortController().signal), { PATH: path });
    expect(await user.run(sh('echo "$PATH"'))).toMatchObject({ stdout: found });
  });

  it('says when the executable does not exist', async () => {
    const result = await runner.run({ file: 'no-such-engine', args: [], effect: 'read' });
    expect(result).toMatchObject({ notFound: true, exitCode: null });
  });

  it('ends a command that takes too long', async () => {
    const result = await runner.run(sh('exec sleep 60', { timeoutMs: 100 }));
    expect(result).toMatchObject({ timedOut: true, exitCode: null });
    expect(result.durationMs).toBeLessThan(4_000);
  });

  it('ends a command when rkube is interrupted', async () => {
    const abort = new AbortController();
    const running = new LocalRunner(new Lifetime(abort.signal), { PATH }).run(sh('exec sleep 60'));
    setTimeout(() => abort.abort(), 200);
    expect(await running).toMatchObject({ canceled: true, timedOut: false, exitCode: null });
  });

  it('starts nothing once interrupted', async () => {
    const late = new LocalRunner(new Lifetime(AbortSignal.abort()), { PATH });
    expect(await late.run(sh('echo started'))).toMatchObject({ canceled: true, stdout: '' });
  });

  it('hands on lines of both outputs while it runs, and still collects them', async () => {
    const lines: string[] = [];
    const result = await runner.run(sh('echo one; echo two >&2'), { onLine: (line) => lines.push(line) });
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'one', stderr: 'two' });
  });

  it('reports failure also when lines were handed on', async () => {
    expect(await runner.run(sh('echo one; exit 4'), { onLine: () => {} })).toMatchObject({ exitCode: 4 });
  });
});
