import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from '../../../src/config/nearest.ts';
import { SETTINGS } from '../../../src/config/settings.ts';

const KEYS = SETTINGS.map(({ key }) => key);

describe('nearest', () => {
  it.each([
    ['pod-subnet', 'podSubnet'],
    ['podsubnet', 'podSubnet'],
    ['servceSubnet', 'serviceSubnet'],
    ['kubernetes_version', 'kubernetesVersion'],
    ['adress', 'address'],
    ['nodes', 'node'],
    ['kubeadmin', 'kubeadm'],
  ])('%s is probably %s', (word, meant) => expect(nearest(word, KEYS)).toBe(meant));

  it.each(['colour', 'x', '', 'verylongandquiteunknown'])('nothing is near "%s"', (word) => {
    expect(nearest(word, KEYS)).toBeUndefined();
  });
});

describe('distance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
  ])('of "%s" and "%s" is %d', (a, b, edits) => expect(distance(a, b)).toBe(edits));

  it('is symmetric, and zero only for equal words', () =>
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (a, b) => distance(a, b) === distance(b, a) && (distance(a, b) === 0) === (a === b),
      ),
    ));
});
