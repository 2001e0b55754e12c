import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPublish, parsePublish } from '../../../src/config/publish.ts';

const HOST = '192.0.2.7';

describe('publish', () => {
  it.each([
    ['8080', '192.0.2.7:8080:8080/tcp'],
    ['8080:80', '192.0.2.7:8080:80/tcp'],
    ['53/udp', '192.0.2.7:53:53/udp'],
    ['127.0.0.1:8080', '127.0.0.1:8080:8080/tcp'],
    ['0.0.0.0:8080:30080/sctp', '0.0.0.0:8080:30080/sctp'],
    ['1:65535', '192.0.2.7:1:65535/tcp'],
  ])('%s means %s', (text, full) => {
    const port = parsePublish(text, HOST);
    expect(port && formatPublish(port)).toBe(full);
  });

  it.each([
    '',
    '0',
    '65536',
    '80:0',
    '80:65536',
    '80:',
    ':80',
    '80/icmp',
    '80/TCP',
    'web',
    '1.2.3:80',
    '256.0.0.1:80',
    '1.2.3.4',
    '1.2.3.4:5:6:7',
    '80 ',
    '-80',
    '8e1',
  ])('"%s" means nothing', (text) => expect(parsePublish(text, HOST)).toBeUndefined());

  it('survives being formatted and parsed', () => {
    const number = fc.integer({ min: 1, max: 65535 });
    const port = fc.record({
      address: fc.ipV4(),
      hostPort: number,
      nodePort: number,
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    });
    fc.assert(
      fc.property(port, (each) => {
        expect(parsePublish(formatPublish(each), HOST)).toEqual(each);
      }),
    );
  });

  it('never yields a number that is no port', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[\d.:/tcp]{1,12}$/), (text) => {
        const port = parsePublish(text, HOST);
        return !port || [port.hostPort, port.nodePort].every((number) => number >= 1 && number <= 65535);
      }),
    ));
});
