import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holder } from '../../../src/host/holder.ts';

const LISTEN = `const server = require('node:net').createServer();
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit());`;

/** A port that another process listens at; ends it. */
async function listener(uid?: number): Promise<{ port: number; pid: number; [Symbol.dispose](): void }> {
  const as = uid === undefined ? {} : { uid };
  const child = spawn(basename(process.execPath), ['-e', LISTEN], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...as,
  });
  const [text] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('it ended'))),
  ])) as [Buffer];
  return { port: Number(String(text)), pid: child.pid ?? 0, [Symbol.dispose]: () => child.stdin.end() };
}

describe('who holds a port', () => {
  it('is a process of this user, by name and number', async () => {
    using other = await listener();
    expect(await holder('tcp', other.port)).toMatch(new RegExp(`^\\S.* \\(pid ${other.pid}\\)$`));
  });

  it('is another user, whose processes cannot be seen', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can start a process of another user');
    using named = await listener(65_534);
    expect(await holder('tcp', named.port)).toBe('a process of user nobody');
    using unnamed = await listener(64_321);
    expect(await holder('tcp', unnamed.port)).toBe('a process of user 64321');
  });

  it('is told of UDP apart from TCP, and where IPv6 and IPv4 are listened on at once', async () => {
    const udp = createSocket('udp4').bind(0, '127.0.0.1');
    const tcp = createServer().listen(0);
    await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
    const { port } = tcp.address() as { port: number };
    expect(await holder('udp', udp.address().port)).toContain(`(pid ${process.pid})`);
    expect(await holder('tcp', port)).toContain(`(pid ${process.pid})`);
    expect(await holder('udp', port)).toBe('a process that can not be seen from here');
    udp.close();
    tcp.close();
  });
});
