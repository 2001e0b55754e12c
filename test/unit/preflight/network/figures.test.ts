import { describe, expect, it } from 'vitest';
import { carrierSeconds, carriers, secondsBetween } from '../../../../src/preflight/network/cpu.ts';
import { rate, source } from '../../../../src/preflight/network/measure.ts';
import { remote } from '../../../../src/preflight/network/peer.ts';
import { gigabits, rateText, sourceText } from '../../../../src/preflight/network/text.ts';
import { fakeHost } from '../fake.ts';

const stat = (name: string, user: number, system: number): string =>
  `77 (${name}) S 1 77 77 0 -1 4194560 100 0 0 0 ${user} ${system} 0 0 20 0 1 0 5000`;

describe('processor time', () => {
  it.each([
    ['pasta.avx2', 120, 30, 1.5],
    ['slirp4netns', 0, 7, 0.07],
    ['rootlessport-ch', 1, 0, 0.01],
    ['rootlessport2', 1, 0, undefined],
    ['exe', 100, 100, 2],
    ['node', 100, 100, undefined],
    ['bash (exe)', 100, 100, undefined],
  ])('of %s', (name, user, system, seconds) => expect(carrierSeconds(stat(name, user, system))).toBe(seconds));

  it('is that of this user, and a process that has just ended does no harm', async () => {
    const files = {
      '/proc/1/stat': stat('pasta', 100, 0),
      '/proc/1/status': 'Name:\tpasta\nUid:\t1001\t1001\t1001\t1001\n',
      '/proc/2/stat': stat('pasta', 200, 0),
      '/proc/2/status': 'Name:\tpasta\nUid:\t1002\t1002\t1002\t1002\n',
      '/proc/3/stat': stat('pasta', 300, 0),
    };
    const host = { ...fakeHost({ files }), list: async () => ['1', '2', '3', '4', 'self'] };
    expect(await carriers(host)).toEqual(new Map([['1', 1]]));
  });

  it('between two readings leaves out what ran before, and counts what came between', () => {
    const before = new Map([['1', 5]]);
    const start = new Map([...before, ['2', 1]]);
    const end = new Map([
      ['1', 9],
      ['2', 1.5],
      ['3', 0.25],
    ]);
    expect(secondsBetween(start, end, before)).toBe(0.75);
  });
});

describe('figures', () => {
  const sent = { from: '192.0.2.1', local: '192.0.2.1', bytes: 500e6, seconds: 2, parts: [250e6, 250e6, 150e6, 350e6] };

  it('of a flow', () => {
    const found = rate(sent, 0.5);
    expect(found).toMatchObject({ bitsPerSecond: 2e9, cpuSecondsPerGB: 1 });
    expect(found.noise).toBeCloseTo(0.283, 3);
    expect(rateText(found)).toBe('2.0 ±28%');
  });

  it.each([
    [12_345e6, '12.3'],
    [234e6, '0.23'],
  ])('%d bits a second are written as %s', (bitsPerSecond, text) =>
    expect(gigabits({ bitsPerSecond, noise: 0, cpuSecondsPerGB: 0 })).toBe(text),
  );

  it.each([
    ['192.0.2.7', ['10.0.2.100'], 'kept'],
    ['127.0.0.1', ['10.0.2.100'], 'lost'],
    ['10.0.2.2', ['10.0.2.100'], 'lost'],
    // pasta gives the namespace the host's own address: sent from the host it has to be another.
    ['169.254.1.2', ['192.0.2.7'], 'unknown'],
  ])('a sender 192.0.2.7 seen as %s by %j: %s', (from, own, expected) =>
    expect(source({ from, local: '192.0.2.7' }, own)).toBe(expected),
  );

  it.each([
    ['kept', 'kept', 'kept'],
    ['kept', 'lost', 'TCP kept, UDP lost'],
  ] as const)('sources TCP %s and UDP %s', (tcp, udp, text) =>
    expect(
      sourceText({
        network: '',
        ports: '',
        mtu: 0,
        hostAddress: false,
        inUse: false,
        problem: '',
        source: { tcp, udp },
      }),
    ).toBe(text),
  );
});

it('a command on the other host has a folder that goes with it, and every word arrives whole', () => {
  const { file, args } = remote('me@host2', ['node', '-e', "say('a b')"], { PATH: '/opt/kit/bin' });
  expect([file, ...args.slice(0, -1)].join(' ')).toBe('ssh -T -o BatchMode=yes -o ConnectTimeout=10 -- me@host2');
  expect(args.at(-1)).toBe(
    `d=$(mktemp -d) && { TMPDIR=$d PATH=$PATH:/opt/kit/bin node -e 'say('\\''a b'\\'')'; c=$?; rm -rf "$d"; exit $c; }`,
  );
});
