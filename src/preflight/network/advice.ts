import { gigabits, sourceText } from './text.ts';
import { type Measurement, nameOf, type Rate } from './types.ts';

export interface Advice {
  /** `pasta/implicit`; '' when no driver works. */
  readonly driver: string;
  /** Why, with the figures. */
  readonly reasons: readonly string[];
}

/** A driver that loses source addresses must be so many times as fast to be better. */
const WORTH = 2;
/** Rates that differ by less are equal, also where a flow was steady: hosts have other work. */
const LEAST_NOISE = 0.15;

/**
 * The best driver: of those at least half as fast as the fastest, one with the host's own address, else one that keeps most
 * source addresses; among these
 * the fastest; among equally fast ones that in use, then the one that takes least processor time.
 */
export function advise(measurements: readonly Measurement[]): Advice {
  const working = comparable(measurements);
  const top = Math.max(...working.map(speed));
  const serious = working.filter((each) => perhaps(each) * WORTH >= top);
  const most = Math.max(...serious.map(kept));
  const keeping = serious.filter((each) => kept(each) === most);
  const fastest = Math.max(...keeping.map(speed));
  const [best] = keeping
    .filter((each) => perhaps(each) >= fastest)
    .sort((a, b) => Number(b.inUse) - Number(a.inUse) || cost(a) - cost(b));
  if (best === undefined) return { driver: '', reasons: ['No driver works on this host'] };
  const others = working.filter((each) => each !== best);
  return { driver: nameOf(best), reasons: [figures(best), ...others.map((each) => against(best, each))] };
}

/** Drivers that carry both ways; where VXLAN came through with any, only those with which it did. */
function comparable(measurements: readonly Measurement[]): readonly Measurement[] {
  const both = measurements.filter(({ uplink, published, source }) => uplink && published && source);
  const tunnels = both.filter(({ vxlan }) => vxlan !== undefined);
  return tunnels.length > 0 ? tunnels : both;
}

const rates = ({ uplink, published, vxlan }: Measurement): Rate[] =>
  [uplink, published, vxlan].filter((rate) => rate !== undefined);

/** Geometric mean of the rates, bits a second: twice as fast in one is as good as in another. */
function speed(measurement: Measurement): number {
  const all = rates(measurement).map(({ bitsPerSecond }) => Math.log(Math.max(bitsPerSecond, 1)));
  return Math.exp(all.reduce((sum, each) => sum + each, 0) / all.length);
}

/** How fast it may be, seen how unsteady it was. */
function perhaps(measurement: Measurement): number {
  const all = rates(measurement);
  const noise = all.reduce((sum, rate) => sum + rate.noise, 0) / all.length;
  return speed(measurement) * (1 + Math.max(noise, LEAST_NOISE));
}

/** A namespace that has the host's own address translates nothing, seen or not, and the node needs no rules for it. */
function kept({ source, hostAddress }: Measurement): number {
  return hostAddress ? 3 : [source?.tcp, source?.udp].filter((each) => each === 'kept').length;
}

/** Processor seconds for 10⁹ bytes each way. */
function cost({ uplink, published }: Measurement): number {
  return (uplink?.cpuSecondsPerGB ?? 0) + (published?.cpuSecondsPerGB ?? 0);
}

function figures(best: Measurement): string {
  const rates = [
    `${gigabits(best.uplink)} out`,
    `${gigabits(best.published)} in`,
    ...(best.vxlan === undefined ? [] : [`${gigabits(best.vxlan)} by VXLAN`]),
  ];
  return `${nameOf(best)}: ${rates.join(', ')} Gbit/s; source addresses ${sourceText(best)}`;
}

function against(best: Measurement, other: Measurement): string {
  const factor = speed(other) / speed(best);
  const fast = factor >= 1 ? `${factor.toFixed(1)} times as fast` : `${(1 / factor).toFixed(1)} times slower`;
  const close = perhaps(other) >= speed(best) && perhaps(best) >= speed(other) ? 'as fast, within the noise' : fast;
  const now = other.inUse ? ' (in use now)' : '';
  return `${nameOf(other)}${now}: ${close}; ${cost(other).toFixed(1)} against ${cost(best).toFixed(1)} processor seconds per GB; source addresses ${sourceText(other)}`;
}
