import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTicketText } from '../../../src/cli/ticket-input.ts';
import { testProcess } from './process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rkube-ticket-'));
  writeFileSync(join(folder, 'ticket'), 'rkube1.abc.def\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a ticket is read', () => {
  it.each([[[]], [['-']]])('from standard input, with arguments %j', async (args) => {
    expect(await readTicketText(args, testProcess({ input: 'rkube1.a.b' }).process)).toBe('rkube1.a.b');
  });

  it('from a file', async () => {
    expect(await readTicketText([join(folder, 'ticket')], testProcess().process)).toBe('rkube1.abc.def\n');
  });

  it('from a person at a terminal, who is told what to paste', async () => {
    const { process, written } = testProcess({ input: 'rkube1.a.b\n', terminal: true });
    expect(await readTicketText([], process)).toBe('rkube1.a.b');
    expect(written.stderr).toContain('Paste the ticket');
  });
});

describe('a ticket is refused', () => {
  it.each([
    ['as an argument', ['rkube1.abc.def'], 'ticket-on-argv'],
    ['after a here-string that no shell took', ['<<<', 'rkube1.abc.def'], 'ticket-on-argv'],
    ['within an argument', ['--token=rkube1.abc.def'], 'ticket-on-argv'],
    ['in a second file', ['a', 'b'], 'too-many-arguments'],
    ['in a file that is not there', ['/nowhere/ticket'], 'ticket-unreadable'],
  ])('%s', async (_, args, id) => {
    await expect(readTicketText(args, testProcess().process)).rejects.toMatchObject({ id, exitCode: 2 });
  });

  it('without being repeated', async () => {
    const error: unknown = await readTicketText(['rkube1.secret.def'], testProcess().process).catch(
      (reason: unknown) => reason,
    );
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });
});
