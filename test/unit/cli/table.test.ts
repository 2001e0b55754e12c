import { expect, it } from 'vitest';
import { table } from '../../../src/cli/table.ts';

it('a table has columns as wide as their widest cell, three spaces apart, and no spaces at the end', () => {
  expect(
    table(
      ['NODE', 'STATUS', ''],
      [
        ['host1', 'Ready', ''],
        ['h2', 'NotReady', 'no CNI'],
      ],
    ),
  ).toBe(['NODE    STATUS', 'host1   Ready', 'h2      NotReady   no CNI'].join('\n'));
});

it('a table without rows is its head', () => {
  expect(table(['A', 'B'], [])).toBe('A   B');
});

it('a row may be shorter than the head', () => {
  expect(table(['A', 'B'], [['1']])).toBe('A   B\n1');
});
