import { expect, test } from 'vitest';
import { lineSplitter } from '../../../src/core/lines.ts';

test.each([
  ['one line in two parts', ['ab', 'c\n'], ['abc']],
  ['two lines in one part', ['a\nb\n'], ['a', 'b']],
  ['line ends of Docker', ['a\r\nb\r\n'], ['a', 'b']],
  ['an end that is cut in two', ['a\r', '\nb\n'], ['a', 'b']],
  ['empty lines, as of nerdctl', ['a\n\nb\n\n'], ['a', 'b']],
  ['what has no end yet', ['a\nb'], ['a']],
])('%s', (_, parts, expected) => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  for (const part of parts) split(part);
  expect(lines).toEqual(expected);
});
