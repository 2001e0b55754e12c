import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  formatAddress,
  formatRange,
  isAddress,
  overlaps,
  parseAddress,
  parseRange,
  type Range,
} from '../../../src/config/ipv4.ts';

const anyRange = fc
  .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => parseRange(`${address}/${prefix}`))
  .filter((range): range is Range => range !== undefined);

describe('IPv4 addresses', () => {
  it.each([
    ['0.0.0.0', 0],
    ['192.0.2.7', 0xc0000207],
    ['255.255.255.255', 0xffffffff],
  ])('%s is %d', (text, number) => expect(parseAddress(text)).toBe(number));

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', 'a.b.c.d', '::1', '-1.2.3.4'])(
    '"%s" is none',
    (text) => expect(isAddress(text)).toBe(false),
  );

  it('survive being parsed and formatted', () =>
    fc.assert(fc.property(fc.ipV4(), (text) => formatAddress(parseAddress(text) ?? -1) === text)));
});

describe('IPv4 ranges', () => {
  it.each([
    ['10.244.0.0/16', '10.244.0.0/16'],
    ['10.244.3.4/16', '10.244.0.0/16'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['192.0.2.7/32', '192.0.2.7/32'],
  ])('%s lies in %s', (text, network) => {
    const range = parseRange(text);
    expect(range && formatRange(range)).toBe(network);
  });

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '300.0.0.0/8', '10.0/16', 'fd00::/8', '/8'])(
    '%s is none',
    (text) => expect(parseRange(text)).toBeUndefined(),
  );

  it('have 2^(32 - prefix) addresses and begin at a multiple of that', () =>
    fc.assert(
      fc.property(anyRange, ({ first, last, prefix }) => {
        const size = 2 ** (32 - prefix);
        return last - first + 1 === size && first % size === 0;
      }),
    ));

  it('overlap exactly when one holds the first address of the other, both ways round', () =>
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        const expected = contains(a, b.first) || contains(b, a.first);
        return overlaps(a, b) === expected && overlaps(b, a) === expected;
      }),
    ));

  it('overlap every range cut out of them', () =>
    fc.assert(
      fc.property(anyRange, fc.nat({ max: 32 }), fc.double({ min: 0, max: 1, noNaN: true }), (outer, prefix, where) => {
        const address = Math.floor(outer.first + where * (outer.last - outer.first));
        const inner = parseRange(`${formatAddress(address)}/${Math.max(prefix, outer.prefix)}`);
        return inner !== undefined && overlaps(outer, inner) && contains(outer, inner.last);
      }),
    ));

  it('do not overlap their neighbour', () => {
    const [a, b] = [parseRange('10.0.0.0/24'), parseRange('10.0.1.0/24')];
    expect(a && b && overlaps(a, b)).toBe(false);
  });
});
