import { describe, expect, it } from 'vitest';
import { largestCarried } from '../../../src/cluster/paths.ts';

/** A node whose path loses packets of more than that many bytes. */
function nodeOn(path: number) {
  let inner = 1450;
  return {
    readFile: async () => undefined,
    try: async (argv: readonly string[]) => {
      if (argv[0] === 'ip') inner = Number(argv.at(-1));
      const sound = argv[0] !== 'curl' || inner + 50 <= path;
      return { exitCode: sound ? 0 : 28, stdout: '', stderr: '' };
    },
  } as never;
}

describe('the largest packet that comes through VXLAN', () => {
  it.each([
    [1500, 1499, 1492],
    [1476, 1499, 1476],
    [1399, 1499, 1380],
    [1280, 1499, 1280],
    [1460, 1400, 1400],
  ])('on a path of %i bytes, asked for at most %i, is %i', async (path, most, expected) => {
    expect(await largestCarried(nodeOn(path), 6443, most)).toBe(expected);
  });
  it('is not known where not even the least does', async () => {
    expect(await largestCarried(nodeOn(1000), 6443, 1499)).toBeUndefined();
  });
});
