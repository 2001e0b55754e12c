import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerRequests, askAgent } from '../../../src/agent/control.ts';
import { readManual } from '../../../src/agent/manual.ts';
import { startOf } from '../../../src/agent/process.ts';
import { agentUnit } from '../../../src/agent/unit.ts';

describe("the agent's unit", () => {
  it('starts this rkube, again and again, with what an engine reads of the environment', () => {
    const text = agentUnit(['/usr/bin/node', '/opt/my $rkube/100%/rkube.mjs'], {
      PATH: '/usr/bin:/opt/"a"',
      DOCKER_HOST: 'unix:///run/user/1002/docker.sock',
      HOME: '/home/bob',
    });
    expect(text).toContain(
      'ExecStart="/usr/bin/node" "/opt/my $$rkube/100%%/rkube.mjs" "agent" "--progress" "none"\nRestart=always',
    );
    expect(text).toContain(
      'Environment="PATH=/usr/bin:/opt/\\"a\\""\nEnvironment="DOCKER_HOST=unix:///run/user/1002/docker.sock"\n',
    );
    expect(text).not.toContain('HOME=');
  });
});

describe("the agent's sources", () => {
  it('never import node:http, which from node 22 on loads a WebSocket that --lite-mode cannot run', () => {
    const files = readdirSync('src/agent', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => /from 'node:http'/.test(readFileSync(join('src/agent', file), 'utf8')))).toEqual([]);
  });
});

describe('the socket of the agent', () => {
  it('answers, tells what went wrong, and is for the user alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rkube-agent-'));
    const path = join(folder, 'rkube', 'agent.sock');
    const controller = new AbortController();
    const answer = async ({ do: what }: { do: string }) => {
      if (what === 'sync') throw new Error('no engine');
      return { ports: [] };
    };
    expect(await askAgent(path, { do: 'ports' })).toBeUndefined();
    await answerRequests(path, answer, controller.signal);
    expect(await askAgent(path, { do: 'ports' })).toEqual({ ports: [] });
    expect(await askAgent(path, { do: 'sync' })).toEqual({ error: 'no engine' });
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await askAgent(path, { do: 'ports' })).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});

describe('startOf', () => {
  it('tells one process from another, and one that has ended from all', () => {
    expect(startOf(process.pid)).toMatch(/^\d+$/);
    expect(startOf(1)).not.toBe(startOf(process.pid));
    expect(startOf(0)).toBeUndefined();
  });
});

describe('readManual', () => {
  it.each([
    ['{"ports":["8080:80"]}', ['8080:80']],
    ['', []],
    ['{"po', []],
  ])('reads %s', (text, ports) => expect(readManual(text)).toEqual(ports));
});
