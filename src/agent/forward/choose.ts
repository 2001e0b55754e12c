import type { Forwarder, HostPort, NodePlace } from '../types.ts';
import { relay } from './relay.ts';
import { rootlessKit } from './rootlesskit.ts';

/**
 * Who opens ports to this node: RootlessKit where the engine has it and it can, else a relay of our own
 * (docs/decisions/0010-live-ports.md).
 * @param onLost called when open ports have gone by themselves, the node's end included
 */
export function forwarderFor(place: NodePlace, onLost: () => void = () => {}): Forwarder {
  const ours = relay(place.pid, onLost);
  if (place.rootlessKit === '' || place.ownAddress === '') return ours;
  const theirs = rootlessKit({ ...place, socket: place.rootlessKit });
  // RootlessKit dials from its own network, where the node's own address leads to the node and Services lead nowhere,
  // and serves every client.
  const able = ({ target, sources }: HostPort): boolean => target.address === place.address && sources.length === 0;
  return {
    kind: theirs.kind,
    open: async (port) => {
      const [taker, other] = able(port) ? [theirs, ours] : [ours, theirs];
      await other.close(port);
      await taker.open(port);
    },
    close: async (port) => void (await Promise.all([theirs.close(port), ours.close(port)])),
    list: async () => (await Promise.all([theirs.list(), ours.list()])).flat(),
    end: () => ours.end(),
  };
}
