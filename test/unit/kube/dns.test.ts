import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { dnsQuery, PROBE_NAME, readAnswer } from '../../../src/kube/dns.ts';
import { dnsAddress } from '../../../src/kube/ready.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** What a DNS server understands of a query over TCP (RFC 1035, 4.1 and 4.2.2), read without rkube's help. */
function understand(message: Buffer): {
  length: number;
  id: number;
  recursion: boolean;
  questions: number;
  name: string;
  type: number;
  class: number;
  rest: number;
} {
  const length = message.readUInt16BE(0);
  const query = message.subarray(2);
  const labels: string[] = [];
  let at = 12;
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + size).toString());
    at += 1 + size;
  }
  return {
    length: length - query.length,
    id: query.readUInt16BE(0),
    recursion: (query.readUInt16BE(2) & 0x0100) !== 0,
    questions: query.readUInt16BE(4),
    name: labels.join('.'),
    type: query.readUInt16BE(at + 1),
    class: query.readUInt16BE(at + 3),
    rest: query.length - (at + 5),
  };
}

/** Answers every query with this code and this many records, as CoreDNS would over TCP. */
function dnsServer(code: number, records: number): Promise<number> {
  server = createServer((socket) => {
    socket.once('data', (message) => {
      const question = message.subarray(14);
      const header = Buffer.alloc(12);
      message.copy(header, 0, 2, 4);
      header.writeUInt16BE(0x8580 | code, 2);
      header.writeUInt16BE(1, 4);
      header.writeUInt16BE(records, 6);
      const record = Buffer.from('c00c000100010000000500040a600001', 'hex');
      const body = Buffer.concat([header, question, ...Array.from({ length: records }, () => record)]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(body.length);
      socket.end(Buffer.concat([length, body]));
    });
  });
  return new Promise((resolve) => {
    server?.listen(0, '127.0.0.1', () => {
      const address = server?.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

async function ask(port: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.write(dnsQuery(PROBE_NAME));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('the question to cluster DNS', () => {
  it('is one that a DNS server understands', () => {
    expect(understand(dnsQuery('kubernetes.default.svc.cluster.local'))).toEqual({
      length: 0,
      id: 1,
      recursion: true,
      questions: 1,
      name: 'kubernetes.default.svc.cluster.local',
      type: 1,
      class: 1,
      rest: 0,
    });
  });
});

describe('the answer of cluster DNS', () => {
  it.each([
    [0, 1, { ok: true, seen: 'DNS answered with 1 records' }],
    [0, 0, { ok: false, seen: 'DNS answered with 0 records' }],
    [2, 0, { ok: false, seen: 'DNS answered with error code 2' }],
    [3, 0, { ok: false, seen: 'DNS answered with error code 3' }],
  ])('with code %i and %i records', async (code, records, expected) => {
    expect(readAnswer(await ask(await dnsServer(code, records)))).toEqual(expected);
  });

  it('is read from its first 14 bytes, which is all the node hands on', async () => {
    expect(readAnswer((await ask(await dnsServer(0, 2))).subarray(0, 14)).ok).toBe(true);
  });

  it.each([0, 1, 2, 13])('cut off after %i bytes is none', (length) => {
    expect(readAnswer(Buffer.alloc(length))).toEqual({ ok: false, seen: 'no answer' });
  });
});

describe('the address of cluster DNS', () => {
  it.each([
    ['10.96.0.0/16', '10.96.0.10'],
    ['10.96.0.0/12', '10.96.0.10'],
    ['192.168.255.240/28', '192.168.255.250'],
    ['172.30.3.0/24', '172.30.3.10'],
  ])('of %s is its tenth: %s', (subnet, expected) => {
    expect(dnsAddress(subnet)).toBe(expected);
  });
});
