import type { Host } from './types.ts';

/** Sizes that paths really have: Ethernet, PPPoE, GRE, clouds, WireGuard, IPsec, IPv6's least. Bytes. */
export const COMMON_MTU = [1500, 1492, 1480, 1476, 1460, 1450, 1440, 1420, 1400, 1380, 1280];
/** IPv4 and ICMP headers, which ping's size leaves out. */
const HEADERS = 28;

/**
 * Bytes of the largest packet that reaches `address` in one piece, tried down from `most` with ping and fragmenting
 * forbidden. undefined where that cannot be told: no ping here, or none answered there.
 */
export async function pathMtu(host: Host, address: string, most: number): Promise<number | undefined> {
  const answers = async (size: number): Promise<boolean> => {
    const args = ['-4', '-n', '-q', '-c', '1', '-W', '1', '-M', 'do', '-s', String(size - HEADERS), address];
    return (await host.runner.run({ file: 'ping', args, effect: 'read', timeoutMs: 5_000 })).exitCode === 0;
  };
  for (const size of [most, ...COMMON_MTU.filter((size) => size < most)]) if (await answers(size)) return size;
  return undefined;
}
