import type { Host } from './types.ts';

/** Engines' own networks carry 1500 bytes; a larger outer packet would be cut up on the way. */
const ENGINE_MTU = 1500;

/** Bytes that VXLAN over IPv4 adds to a packet. */
export const VXLAN_OVERHEAD = 50;

/** Bytes of the largest packet that leaves this host through the interface that holds `address`, at most 1500. */
export async function hostMtu(host: Host, address: string): Promise<number> {
  const found = (await host.addresses()).find((each) => each.address === address);
  const text = found === undefined ? undefined : await host.readFile(`/sys/class/net/${found.interface}/mtu`);
  const mtu = Number(text?.trim());
  return Number.isInteger(mtu) && mtu > 0 ? Math.min(mtu, ENGINE_MTU) : ENGINE_MTU;
}
