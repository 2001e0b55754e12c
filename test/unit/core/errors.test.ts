import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../../src/core/command.ts';
import { commandError, EXIT, interrupted, messageOf, RkubeError, usageError } from '../../../src/core/errors.ts';
import { like } from '../support.ts';

function result(parts: Partial<CommandResult>): CommandResult {
  return {
    spec: { file: 'podman', args: ['run', 'my image'], effect: 'write' },
    exitCode: 125,
    stdout: '',
    stderr: '',
    timedOut: false,
    canceled: false,
    notFound: false,
    durationMs: 2_400,
    ...parts,
  };
}

describe('errors', () => {
  it.each([
    ['a plain one', new RkubeError({ id: 'x', message: 'm' }), EXIT.failed],
    ['a usage error', usageError({ id: 'x', message: 'm' }), 2],
    ['an interrupt', interrupted('init'), 130],
  ])('%s has its exit code', (_, error, code) => expect(error.exitCode).toBe(code));

  it('keep their cause', () => {
    const cause = new Error('why');
    expect(new RkubeError({ id: 'x', message: 'm', cause }).cause).toBe(cause);
  });

  it.each([
    [new Error('a'), 'a'],
    ['b', 'b'],
    [undefined, 'undefined'],
  ])('%j has a text', (thrown, text) => expect(messageOf(thrown)).toBe(text));
});

describe('a failed command', () => {
  it.each([
    ['by exit code', {}, 'command-failed', 'Creating the node: podman ended with exit code 125', 1],
    ['by a signal', { exitCode: null }, 'command-failed', /killed by a signal/, 1],
    ['by time', { exitCode: null, timedOut: true }, 'command-failed', 'Creating the node: no answer within 2 s', 1],
    ['by interrupt', { exitCode: null, canceled: true }, 'command-failed', 'Creating the node: interrupted', 130],
    ['not found', { exitCode: null, notFound: true }, 'command-not-found', /podman is not installed or not on PATH/, 1],
  ])('%s is told', (_, parts, id, message, exitCode) => {
    const error = commandError(result(parts), 'Creating the node');
    expect([error.id, error.exitCode, error.message]).toEqual([id, exitCode, like(message)]);
  });

  it('shows the command line and the end of its output', () => {
    const stdout = Array.from({ length: 30 }, (_, index) => `out ${index}`).join('\n');
    const { details, next } = commandError(result({ stdout, stderr: '\n\nlast words\n' }), 'x', 'do this');
    expect(details).toHaveLength(16);
    expect([details[0], details[1], details.at(-1)]).toEqual(["$ podman run 'my image'", 'out 16', 'last words']);
    expect(next).toBe('do this');
  });

  it('shows no secret, neither of its arguments nor of its output', () => {
    const spec = { file: 'kubeadm', args: ['join', 'tok.en'], effect: 'write', secrets: ['tok.en'] } as const;
    const { details } = commandError(result({ spec, stdout: 'using tok.en', stderr: 'bad tok.en' }), 'x');
    expect(details).toEqual(['$ kubeadm join ***', 'using ***', 'bad ***']);
  });
});
