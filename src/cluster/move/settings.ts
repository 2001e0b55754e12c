import type { NodeConfig, RawConfig } from '../../config/types.ts';
import { presentAddress } from '../../host/address.ts';
import type { Host } from '../../host/types.ts';

/**
 * What a node was created with, with the address that it is to have: the one set for this call; else the one that it
 * has, as long as this host has it too; else the host's present one.
 * @throws RkubeError `no-host-address` when the host has no address to choose
 */
export async function movedSettings(created: RawConfig, own: NodeConfig, host: Host): Promise<RawConfig> {
  const { address: before = '', publish = [] } = created;
  const addresses = await host.addresses();
  const stays = addresses.some(({ address }) => address === before);
  const address = own.address || (stays ? before : presentAddress(addresses));
  const moved = (port: string): string =>
    port.startsWith(`${before}:`) ? `${address}${port.slice(before.length)}` : port;
  return { ...created, address, publish: publish.map(moved) };
}
