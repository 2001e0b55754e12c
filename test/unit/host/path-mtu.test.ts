import { describe, expect, it } from 'vitest';
import { pathMtu } from '../../../src/host/path-mtu.ts';

/** A host whose path carries `mtu` bytes; 0: nothing answers. */
function hostBehind(mtu: number) {
  const sizes: number[] = [];
  const run = async ({ args }: { args: string[] }) => {
    const size = Number(args[args.indexOf('-s') + 1]) + 28;
    sizes.push(size);
    return { exitCode: size <= mtu ? 0 : 1 };
  };
  return { sizes, host: { runner: { run } } as never };
}

describe('the MTU of a path', () => {
  it.each([
    [1500, 1500],
    [1460, 1460],
    [9000, 1500],
    [1470, 1460],
    [0, undefined],
  ])('that carries %i bytes is %s, asked for 1500', async (carried, found) => {
    expect(await pathMtu(hostBehind(carried).host, '192.0.2.1', 1500)).toBe(found);
  });
  it('begins with the size that is wanted, and asks no more when it passes', async () => {
    const { host, sizes } = hostBehind(9000);
    expect(await pathMtu(host, '192.0.2.1', 8000)).toBe(8000);
    expect(sizes).toEqual([8000]);
  });
});
