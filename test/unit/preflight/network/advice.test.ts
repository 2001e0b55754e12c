import { expect, it } from 'vitest';
import { advise } from '../../../../src/preflight/network/advice.ts';
import type { Measurement, Rate, Source } from '../../../../src/preflight/network/types.ts';

const flow = (gigabits: number, cpuSecondsPerGB = 1, noise = 0.05): Rate => ({
  bitsPerSecond: gigabits * 1e9,
  noise,
  cpuSecondsPerGB,
});
const of = (network: string, speed: number, kept: Source, more: Partial<Measurement> = {}): Measurement => ({
  network,
  ports: 'p',
  mtu: 65520,
  hostAddress: false,
  inUse: false,
  problem: '',
  uplink: flow(speed),
  published: flow(speed),
  source: { tcp: kept, udp: kept },
  ...more,
});

const broken: Measurement = {
  network: 'a',
  ports: 'p',
  mtu: 65520,
  hostAddress: false,
  inUse: false,
  problem: 'no answer',
};

it.each<[string, readonly Measurement[], string]>([
  ['the faster of two', [of('a', 1, 'kept'), of('b', 2, 'kept')], 'b/p'],
  ['who keeps source addresses, while not half as fast', [of('a', 1, 'kept'), of('b', 1.9, 'lost')], 'a/p'],
  ['the much faster, although it loses them', [of('a', 1, 'kept'), of('b', 4, 'lost')], 'b/p'],
  [
    'who keeps them for TCP at least',
    [of('a', 1, 'kept', { source: { tcp: 'kept', udp: 'lost' } }), of('b', 1, 'lost')],
    'a/p',
  ],
  ['who has the host address itself', [of('a', 1, 'unknown', { hostAddress: true }), of('b', 1.5, 'kept')], 'a/p'],
  ['what is in use, when equal', [of('a', 1.1, 'kept'), of('b', 1, 'kept', { inUse: true })], 'b/p'],
  ['what costs less, when equal', [of('a', 1.1, 'kept', { uplink: flow(1.1, 9) }), of('b', 1, 'kept')], 'b/p'],
  [
    'what may be faster, when unsteady',
    [of('a', 1, 'kept'), of('b', 0.7, 'kept', { inUse: true, uplink: flow(0.7, 1, 0.9) })],
    'b/p',
  ],
  [
    'by VXLAN, where it was measured',
    [of('a', 1, 'kept', { vxlan: flow(0.9) }), of('b', 1, 'kept', { vxlan: flow(0.1) })],
    'a/p',
  ],
  ['who carries VXLAN', [of('a', 9, 'kept', { problem: 'dropped' }), of('b', 1, 'lost', { vxlan: flow(0.1) })], 'b/p'],
  [
    'by the rest, when the peer carries no VXLAN',
    [of('a', 2, 'kept', { problem: 'x' }), of('b', 1, 'kept', { problem: 'x' })],
    'a/p',
  ],
  ['only what works', [broken, of('b', 1, 'lost')], 'b/p'],
  ['nothing, when nothing works', [broken], ''],
])('advises %s', (_, measurements, expected) => expect(advise(measurements).driver).toBe(expected));

it('says why, with figures, and against what is in use', () => {
  expect(advise([of('a', 2, 'kept'), of('b', 0.5, 'lost', { inUse: true })]).reasons).toEqual([
    'a/p: 2.0 out, 2.0 in Gbit/s; source addresses kept',
    'b/p (in use now): 4.0 times slower; 2.0 against 2.0 processor seconds per GB; source addresses lost',
  ]);
});
