import { expect, test } from 'vitest';
import { defaultRouteInterface } from '../../../src/host/route.ts';

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';
const lan = 'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0';
const route = (name: string, metric: number, flags = '0003'): string =>
  `${name}\t00000000\t0100000A\t${flags}\t0\t0\t${metric}\t00000000\t0\t0\t0`;

test.each<[string, string[], string]>([
  ['the one default route', [lan, route('eth0', 0)], 'eth0'],
  ['the lowest metric, in any order', [route('wlan0', 600), route('eth0', 100), route('usb0', 700)], 'eth0'],
  ['no unreachable route', [route('eth1', 0, '0203'), route('eth0', 100)], 'eth0'],
  ['no route that is down', [route('eth1', 0, '0002'), route('eth0', 100)], 'eth0'],
  ['nothing without a default route', [lan], ''],
  ['nothing in 0.0.0.0/1, which VPNs set', ['tun0\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0'], ''],
])('defaultRouteInterface takes %s', (_, lines, expected) => {
  expect(defaultRouteInterface([HEAD, ...lines, ''].join('\n'))).toBe(expected);
});

test('an empty table has no default route', () => expect(defaultRouteInterface('')).toBe(''));
