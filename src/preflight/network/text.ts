import type { Measurement, Rate } from './types.ts';

/** 10⁹ bits a second, three figures at most; `-` when there is none. */
export function gigabits(rate: Rate | undefined): string {
  if (rate === undefined) return '-';
  const value = rate.bitsPerSecond / 1e9;
  return value < 1 ? value.toFixed(2) : value.toFixed(1);
}

/** `2.2 ±8%`. */
export function rateText(rate: Rate | undefined): string {
  return rate === undefined ? '-' : `${gigabits(rate)} ±${Math.round(rate.noise * 100)}%`;
}

/** `kept`, `lost`, or one of each: `TCP kept, UDP lost`. */
export function sourceText({ source }: Measurement): string {
  if (source === undefined) return '-';
  const { tcp, udp } = source;
  return tcp === udp ? tcp : `TCP ${tcp}, UDP ${udp}`;
}
