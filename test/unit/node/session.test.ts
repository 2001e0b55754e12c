import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../../src/core/command.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';
import { LocalRunner } from '../../../src/core/runner.ts';
import { NodeSession, SESSION } from '../../../src/node/session.ts';

const abort = new AbortController();
const runner = new LocalRunner(new Lifetime(abort.signal));
const SHELL: CommandSpec = { file: 'sh', args: ['-c', SESSION], effect: 'read' };
const as = (parts: Partial<CommandSpec> = {}): CommandSpec => ({ file: 'engine', args: [], effect: 'read', ...parts });

let session: NodeSession;
const start = async (shell = SHELL) => (session = await NodeSession.start(runner.open.bind(runner), shell));
const sh = (script: string, parts?: Partial<CommandSpec>, onLine?: (line: string) => void) =>
  session.run(as(parts), ['sh', '-c', script], onLine ? { onLine } : {});

afterEach(() => session.end());

describe('commands that share one shell', () => {
  it('have their own outputs and exit codes', async () => {
    await start();
    expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({ exitCode: 3, stdout: 'out', stderr: 'err' });
    expect(await sh('true')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await sh('printf "a\\n\\nb"')).toMatchObject({ stdout: 'a\n\nb' });
  });

  it('get their standard input, text or bytes, and an empty one without', async () => {
    await start();
    expect(await sh('cat', { stdin: "it's\n$HOME `id` \\n\n" })).toMatchObject({ stdout: "it's\n$HOME `id` \\n" });
    expect(await sh('wc -c', { stdin: new Uint8Array(70_000) })).toMatchObject({ stdout: '70000' });
    expect(await sh('cat; echo end')).toMatchObject({ stdout: 'end' });
  });

  it('survive a command that does not read its input', async () => {
    await start();
    expect(await sh('exit 4', { stdin: 'x'.repeat(200_000) })).toMatchObject({ exitCode: 4 });
    expect(await sh('echo on')).toMatchObject({ stdout: 'on' });
  });

  it.for(["it's", 'two\nlines', '$HOME `id` "q" \\n %s *', '', '~', '-n'])(
    'get the argument %j as it is',
    async (word) => {
      await start();
      expect(await session.run(as(), ['printf', '%s', word])).toMatchObject({ exitCode: 0, stdout: word });
    },
  );

  it('hand on their lines as they come', async () => {
    await start();
    const lines: string[] = [];
    const go = join(mkdtempSync(join(tmpdir(), 'rkube-session-')), 'go');
    const script = `echo one; echo two >&2; until [ -e ${go} ]; do sleep 0.02; done; printf three`;
    const running = sh(script, {}, (line) => lines.push(line));
    await expect.poll(() => lines.toSorted(), { timeout: 50_000 }).toEqual(['one', 'two']);
    writeFileSync(go, '');
    await running;
    rmSync(dirname(go), { recursive: true });
    expect(lines.at(-1)).toBe('three');
  });

  it('run one after the other', async () => {
    await start();
    const results = await Promise.all([sh('sleep 0.2; echo first'), sh('echo second')]);
    expect(results.map(({ stdout }) => stdout)).toEqual(['first', 'second']);
  });
});

describe('a shell that is gone', () => {
  it('gives what it said, as the outcome of the command', async () => {
    await start({ ...SHELL, args: ['-c', 'echo "no such container" >&2; exit 125'] });
    expect(await sh('true')).toMatchObject({ exitCode: 125, stderr: 'no such container' });
    expect(session.usable).toBe(false);
  });

  it('ends when a command takes too long', async () => {
    await start();
    expect(await sh('echo begun; exec sleep 60', { timeoutMs: 300 })).toMatchObject({
      timedOut: true,
      exitCode: null,
      stdout: 'begun',
    });
    expect(session.usable).toBe(false);
  });

  it('ends when rkube is interrupted', async () => {
    await start();
    const running = sh('sleep 60');
    setTimeout(() => abort.abort(), 200);
    expect(await running).toMatchObject({ canceled: true, exitCode: null });
  });
});
