import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { tryListen } from '../../../src/host/listen.ts';

test('a TCP port is taken while something listens, also on all addresses, and free afterwards', async () => {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await tryListen('127.0.0.1', port, 'tcp')).toBe('EADDRINUSE');
  server.close();
  await once(server, 'close');
  expect(await tryListen('127.0.0.1', port, 'tcp')).toBe('');
  expect(await tryListen('127.0.0.1', port, 'tcp')).toBe('');
});

test('a UDP port is taken while a socket is bound, and free afterwards', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await tryListen('127.0.0.1', port, 'udp')).toBe('EADDRINUSE');
  expect(await tryListen('127.0.0.1', port, 'tcp')).toBe('');
  socket.close();
  await once(socket, 'close');
  expect(await tryListen('127.0.0.1', port, 'udp')).toBe('');
});

test.each(['tcp', 'udp'] as const)('an address of another host can not be listened on (%s)', async (protocol) =>
  expect(await tryListen('192.0.2.254', 6443, protocol)).toBe('EADDRNOTAVAIL'),
);
