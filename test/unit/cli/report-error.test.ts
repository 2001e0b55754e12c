import { describe, expect, it } from 'vitest';
import { createReporter } from '../../../src/cli/progress.ts';
import { reportError } from '../../../src/cli/report-error.ts';
import { RkubeError } from '../../../src/core/errors.ts';
import { testProcess } from './process.ts';

const KNOWN = new RkubeError({
  id: 'port-taken',
  message: 'Port 6443 is taken',
  details: ['by sshd', 'since noon'],
  next: 'Take another.',
  exitCode: 3,
});

function told(error: unknown, options: { json?: boolean; debug?: boolean } = {}) {
  const { process, written } = testProcess();
  const exitCode = reportError(error, createReporter(process.stderr, 'plain', {}), {
    json: false,
    debug: false,
    ...options,
    ...process,
  });
  return { exitCode, ...written };
}

describe('an error that rkube expects', () => {
  it('is told with its evidence and the next step, and ends with its exit code', () => {
    expect(told(KNOWN)).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: '✗ Port 6443 is taken\n    by sshd\n    since noon\n  → Take another.\n',
    });
  });

  it('is JSON on standard output for programs, too', () => {
    const { stdout, stderr } = told(KNOWN, { json: true });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        id: 'port-taken',
        message: 'Port 6443 is taken',
        details: ['by sshd', 'since noon'],
        next: 'Take another.',
      },
    });
    expect(stderr).toContain('Port 6443 is taken');
  });

  it('shows its stack only when asked', () => {
    expect(told(KNOWN).stderr).not.toContain('    at ');
    expect(told(KNOWN, { debug: true }).stderr).toContain('    at ');
  });
});

describe('an error that nobody expects', () => {
  it('is called a defect, with its stack, and ends with 1', () => {
    const { exitCode, stderr } = told(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^✗ x is not a function\n.*defect of rkube.*\nTypeError: x is not a function\n +at /);
  });

  it('may be no error at all', () => {
    expect(told('just a text')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('just a text') as string,
    });
  });
});
