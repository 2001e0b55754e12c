import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommandSpec, display, mask, quote } from '../../../src/core/command.ts';

const spec = (parts: Partial<CommandSpec>): CommandSpec => ({ file: 'podman', args: [], effect: 'read', ...parts });

describe('quote', () => {
  it.each([
    ['plain', 'plain'],
    ['a/b:c=d,e@f%g+h.i-j_k', 'a/b:c=d,e@f%g+h.i-j_k'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", `'it'\\''s'`],
    ['$HOME', "'$HOME'"],
    ['~', "'~'"],
    ['{{json .}}', "'{{json .}}'"],
    ['a\nb', "'a\nb'"],
  ])('of %j is %s', (word, quoted) => expect(quote(word)).toBe(quoted));

  it('gives a shell back every word it was given', () => {
    // One shell for all words; NUL cannot be an argument at all.
    const word = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);
    const nasty = fc.stringMatching(/^['"\\$`!*?~#&|;<>(){}[\] \n\t=a-]{0,12}$/);
    const words = fc.sample(fc.oneof(word, nasty), 500);
    const script = `printf '%s\\0' ${words.map(quote).join(' ')}`;
    const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8', timeout: 50_000 });
    expect(printed.split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('mask', () => {
  it.each([
    ['a secret b secret', ['secret'], 'a *** b ***'],
    ['nothing here', ['secret'], 'nothing here'],
    ['an empty secret hides nothing', [''], 'an empty secret hides nothing'],
    ['one two', ['one', 'two'], '*** ***'],
    ['$& is no pattern: a.c abc', ['a.c'], '$& is no pattern: *** abc'],
  ])('%j without %j', (text, secrets, masked) => expect(mask(text, secrets)).toBe(masked));
});

describe('display', () => {
  it.each([
    [{ args: ['ps', '--format', '{{json .}}'] }, "podman ps --format '{{json .}}'"],
    [{ args: ['x'], env: { A: 'b c', D: 'e' } }, "A='b c' D=e podman x"],
    [{ args: ['join', '--token', 'ab.cd'], secrets: ['ab.cd'] }, 'podman join --token ***'],
    [{ env: { TOKEN: 'ab.cd' }, secrets: ['ab.cd'] }, 'TOKEN=*** podman'],
    [{ args: ['x'], stdin: 'never shown' }, 'podman x'],
  ])('%j', (parts, line) => expect(display(spec(parts))).toBe(line));

  it('never shows a token, wherever it stands in a word', () => {
    const token = fc.stringMatching(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    fc.assert(
      fc.property(token, fc.string(), fc.string(), (secret, before, after) => {
        const shown = display(spec({ args: [before, `${before}${secret}${after}`], secrets: [secret] }));
        expect(shown).not.toContain(secret);
      }),
    );
  });
});
