import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { lineSplitter } from '../core/lines.ts';
import { askOver } from '../host/agent-socket.ts';
import type { PortRow } from './rows.ts';

/** What the agent is asked over its socket: one line of JSON, answered by one. */
export type Request =
  | { readonly do: 'status' }
  | { readonly do: 'ports' }
  /** Looks at engines anew, soon. */
  | { readonly do: 'look' }
  /** Looks at engines and Services anew; answered when all is done that can be done now. */
  | { readonly do: 'sync' }
  /** The user's rkube wants this node: whatever the agent is doing to it ends. */
  | { readonly do: 'give-way'; readonly container: string };

export interface AgentStatus {
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
  readonly version: string;
  /** Resident memory. Bytes. */
  readonly memory: number;
  readonly nodes: readonly {
    readonly cluster: string;
    readonly node: string;
    readonly engine: string;
    /** How its ports are opened; '' while it is not served. */
    readonly forwarder: string;
    readonly open: number;
    readonly refused: number;
    /** '' when all is well. */
    readonly problem: string;
  }[];
  /** The latest warning. */
  readonly lastProblem?: { readonly ts: string; readonly node: string; readonly msg: string };
}

export interface Answer {
  readonly status?: AgentStatus;
  readonly ports?: readonly PortRow[];
  /** Whether the agent was working on the node. */
  readonly gaveWay?: boolean;
  readonly error?: string;
}

/** Answers on the socket until the signal aborts. Only who holds the agent's lock may call this: a socket that is there is removed. */
export async function answerRequests(
  path: string,
  answer: (request: Request) => Promise<Answer>,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const onLine = (line: string): void => {
      const reply = (is: Answer): void => void socket.end(`${JSON.stringify(is)}\n`);
      Promise.resolve()
        .then(() => answer(JSON.parse(line) as Request))
        .then(reply, (error: unknown) => reply({ error: messageOf(error) }));
    };
    socket.setEncoding('utf8').on('data', lineSplitter(onLine));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  signal.addEventListener('abort', () => server.close(), { once: true });
}

/** Asks the agent. undefined when none runs, or it ends before it has answered. */
export const askAgent = (path: string, request: Request): Promise<Answer | undefined> => askOver<Answer>(path, request);
