const RTF_UP = 0x1;
/** The route says "unreachable". */
const RTF_REJECT = 0x200;

/**
 * The interface of the IPv4 default route with the lowest metric, '' without one.
 * @param table text of /proc/net/route (proc_net_route: addresses in hexadecimal, host byte order)
 */
export function defaultRouteInterface(table: string): string {
  let best = { name: '', metric: Number.POSITIVE_INFINITY };
  for (const line of table.split('\n').slice(1)) {
    const [name, destination, , flags, , , metric, mask] = line.split(/\s+/);
    if (name === undefined || destination !== '00000000' || mask !== '00000000') continue;
    const bits = Number.parseInt(flags ?? '', 16);
    if ((bits & RTF_UP) === 0 || (bits & RTF_REJECT) !== 0) continue;
    if (Number(metric) < best.metric) best = { name, metric: Number(metric) };
  }
  return best.name;
}
