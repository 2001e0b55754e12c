import { describe, expect, test } from 'vitest';
import { defaultHostAddress } from '../../../src/host/address.ts';
import type { HostAddress } from '../../../src/host/types.ts';

const on = (name: string, address: string, defaultRoute = false): HostAddress => ({
  interface: name,
  address,
  prefix: 24,
  defaultRoute,
});
const lo = on('lo', '127.0.0.1');

describe('the default host address', () => {
  test.each<[string, HostAddress[], string]>([
    ['is that of the default route', [lo, on('eth0', '10.0.0.5'), on('eth1', '10.1.0.5', true)], '10.1.0.5'],
    ['is the first of several there', [lo, on('eth0', '10.0.0.5', true), on('eth0', '10.0.0.6', true)], '10.0.0.5'],
    ['may be on a bridge that has the default route', [lo, on('br-lan', '192.168.1.2', true)], '192.168.1.2'],
    ['is the only one when there is no default route', [lo, on('eth0', '10.99.0.11')], '10.99.0.11'],
    [
      'is never on an interface of a container tool',
      [
        lo,
        ...['docker0', 'br-0123456789ab', 'virbr0', 'cni0', 'podman1', 'veth12', 'flannel.1'].map((name) =>
          on(name, '172.17.0.1'),
        ),
        on('wlan0', '10.0.0.7'),
      ],
      '10.0.0.7',
    ],
    ['may be on Tailscale', [lo, on('tailscale0', '100.64.0.3')], '100.64.0.3'],
  ])('%s', (_, addresses, expected) => {
    expect(defaultHostAddress(addresses)).toMatchObject({ address: expected });
  });

  test('can not be told among several without a default route: all are listed, with the flag', () => {
    expect(defaultHostAddress([lo, on('eth0', '10.0.0.5'), on('eth1', '10.1.0.5')])).toEqual({
      problem: 'This host has several IPv4 addresses and no default route: 10.0.0.5 (eth0), 10.1.0.5 (eth1)',
      next: 'Name the one other hosts reach: --address 10.0.0.5',
    });
  });

  test.each([[[lo]], [[lo, on('docker0', '172.17.0.1')]], [[lo, on('eth0', '169.254.3.4')]], [[]]])(
    'can not be told when no other host could reach any of %j',
    (addresses) => {
      expect(defaultHostAddress(addresses)).toMatchObject({ problem: expect.stringContaining('No IPv4 address') });
    },
  );
});
