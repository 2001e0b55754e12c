import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Answer, answerRequests } from '../../../src/agent/control.ts';
import { lockNode, type Site } from '../../../src/cluster/site.ts';
import type { ProgressEvent } from '../../../src/core/reporter.ts';
import { FROM_AGENT, socketPath } from '../../../src/host/agent-socket.ts';

const clean: (() => void)[] = [];
afterEach(() => {
  for (const each of clean.splice(0).reverse()) each();
});

let count = 0;

/** A node that another rkube works on, and an agent that answers so. */
async function held(answer: (free: () => Promise<unknown>) => Promise<Answer>, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-lock-'));
  const stop = new AbortController();
  const container = `rkube-lock-${process.pid}-${count++}`;
  const server: Server = createServer().listen(`\0rkube-0-${container}`);
  await once(server, 'listening');
  const free = (): Promise<unknown> => once(server.close(), 'close');
  clean.push(
    () => rmSync(folder, { recursive: true }),
    () => server.close(),
    () => stop.abort(),
  );
  const host = { uid: 0, env: { XDG_RUNTIME_DIR: folder, ...env } };
  const asked: unknown[] = [];
  const reply = (request: object): Promise<Answer> => {
    asked.push(request);
    return answer(free);
  };
  await answerRequests(socketPath(host), reply, stop.signal);
  const told: string[] = [];
  const run = { dryRun: false, reporter: { event: ({ msg }: ProgressEvent) => told.push(msg) } };
  return { site: { run, host, names: { container } } as unknown as Site, container, asked, told };
}

it('gets the lock when it is the agent that has it and gives way', async () => {
  const { site, container, asked, told } = await held(async (free) => {
    await free();
    return { gaveWay: true };
  });
  await lockNode(site);
  expect(asked).toEqual([{ do: 'give-way', container }]);
  expect(told.join()).toContain('it has given way');
});

it('is refused it when somebody else has it', async () => {
  const { site, container } = await held(async () => ({ gaveWay: false }));
  await expect(lockNode(site)).rejects.toMatchObject({ id: 'busy', message: expect.stringContaining(container) });
});

it('does not ask the agent when it is the agent that runs this', async () => {
  const { site, asked } = await held(async () => ({ gaveWay: true }), { [FROM_AGENT]: '1' });
  await expect(lockNode(site)).rejects.toMatchObject({ id: 'busy' });
  expect(asked).toEqual([]);
});
