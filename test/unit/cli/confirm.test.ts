import { describe, expect, it } from 'vitest';
import { confirm } from '../../../src/cli/confirm.ts';
import { Invocation } from '../../../src/cli/invocation.ts';
import { silent } from '../../../src/core/reporter.ts';
import { testProcess } from './process.ts';

function ask(input: string, options: { terminal?: boolean; flags?: Record<string, unknown> } = {}) {
  const { process, written } = testProcess({ input, terminal: options.terminal ?? true });
  const asked = confirm(new Invocation(process, options.flags ?? {}, [], silent), 'All is deleted.');
  return { asked, written };
}

describe('a person at a terminal', () => {
  it.each(['y\n', 'yes\n', 'Y\n', ' y \n'])('agrees with %j', async (answer) => {
    const { asked, written } = ask(answer);
    await expect(asked).resolves.toBeUndefined();
    expect(written.stderr).toContain('All is deleted. Go on? [y/N]');
  });

  it.each(['\n', 'n\n', 'no\n', 'yess\n', 'maybe\n'])('does not agree with %j', async (answer) => {
    await expect(ask(answer).asked).rejects.toMatchObject({ id: 'not-confirmed', exitCode: 1 });
  });
});

describe('nobody is asked', () => {
  it.each([[{ yes: true }], [{ dryRun: true }]])('with %j', async (flags) => {
    const { asked, written } = ask('', { flags });
    await expect(asked).resolves.toBeUndefined();
    expect(written.stderr).toBe('');
  });

  it('where there is no terminal: that is refused', async () => {
    await expect(ask('y\n', { terminal: false }).asked).rejects.toMatchObject({ id: 'not-confirmed', exitCode: 2 });
  });
});
