import { connect } from 'node:net';
import { join } from 'node:path';
import { lineSplitter } from '../core/lines.ts';
import { runtimeFolder } from './runtime-folder.ts';
import type { Host } from './types.ts';

/** Looking at engines, and ending a repair, on a busy host. Milliseconds. */
const ANSWER_MS = 120_000;

/** Set for an rkube that the agent runs: it never asks the agent to give way. */
export const FROM_AGENT = 'RKUBE_FROM_AGENT';

/** Where the user's agent is asked: in the user's runtime folder, which nobody else can enter. */
export const socketPath = (host: Pick<Host, 'env' | 'uid'>): string => join(runtimeFolder(host), 'rkube', 'agent.sock');

/** Sends one line of JSON and resolves with the line that answers it; undefined when nobody does. */
export function askOver<Answer>(path: string, request: object): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const none = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(ANSWER_MS, none);
    socket.once('error', none);
    socket.once('close', none);
    socket.setEncoding('utf8').on(
      'data',
      lineSplitter((line) => resolve(JSON.parse(line) as Answer)),
    );
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
