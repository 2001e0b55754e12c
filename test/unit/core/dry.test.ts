import { describe, expect, it } from 'vitest';
import type { CommandResult, CommandRunner, CommandSpec } from '../../../src/core/command.ts';
import { DryRunner } from '../../../src/core/dry.ts';

/** A dry runner over an inner one that answers every command with this exit code, and what became of both. */
function dry(exitCode: number) {
  const ran: CommandSpec[] = [];
  const shown: string[] = [];
  const inner: CommandRunner = {
    run: async (spec): Promise<CommandResult> => {
      ran.push(spec);
      const rest = { stderr: '', timedOut: false, canceled: false, notFound: false, durationMs: 1 };
      return { spec, exitCode, stdout: 'real', ...rest };
    },
    attach: () => Promise.reject(new Error('attached')),
  };
  const runner = new DryRunner(inner, { event: ({ state, msg }) => shown.push(`${state} ${msg}`) });
  return { runner, ran, shown };
}

const read: CommandSpec = { file: 'podman', args: ['ps'], effect: 'read' };
const write: CommandSpec = { file: 'podman', args: ['rm', 'my node'], effect: 'write' };

describe('a dry run', () => {
  it('shows what changes something and does not run it', async () => {
    const { runner, ran, shown } = dry(0);
    expect(await runner.run(write)).toMatchObject({ exitCode: 0, stdout: '' });
    expect([ran, shown]).toEqual([[], ["plan $ podman rm 'my node'"]]);
  });

  it('shows standard input too, without secrets', async () => {
    const { runner, shown } = dry(0);
    await runner.run({ ...write, args: ['exec'], stdin: 'token: tok.en\nnext\n', secrets: ['tok.en'] });
    expect(shown).toEqual(['plan $ podman exec', 'plan     token: ***', 'plan     next']);
  });

  it('answers what it did not run as the command says', async () => {
    expect(await dry(0).runner.run({ ...write, dry: '{}' })).toMatchObject({ exitCode: 0, stdout: '{}' });
  });

  it('runs what only reads, and shows nothing of it', async () => {
    const { runner, ran, shown } = dry(0);
    expect(await runner.run({ ...read, dry: 'unused' })).toMatchObject({ stdout: 'real' });
    expect([ran.length, shown]).toEqual([1, []]);
  });

  it('answers a read that failed because nothing was made', async () => {
    expect(await dry(1).runner.run({ ...read, dry: '[]' })).toMatchObject({ exitCode: 0, stdout: '[]' });
  });

  it('hands on a failed read that has no other answer', async () => {
    expect(await dry(1).runner.run(read)).toMatchObject({ exitCode: 1 });
  });

  it('attaches no terminal', async () => {
    const { runner, shown } = dry(0);
    expect(await runner.attach(write)).toBe(0);
    expect(shown).toEqual(["plan $ podman rm 'my node'"]);
  });
});
