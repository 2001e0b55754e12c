import { RkubeError } from '../core/errors.ts';
import { socketPath } from '../host/agent-socket.ts';
import { lock } from '../host/lock.ts';
import { runtimeFolder } from '../host/runtime-folder.ts';
import { Agent } from './agent.ts';
import { askRkube } from './child.ts';
import { answerRequests } from './control.ts';
import { forwarderFor } from './forward/choose.ts';
import { type Entry, Journal } from './journal.ts';
import { mend } from './mend.ts';
import type { Look } from './seen.ts';

/** A node made again on a busy host. Milliseconds. */
const MEND_MS = 900_000;

/** What the agent is given by the process it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly write: (entry: Entry) => void;
  readonly signal: AbortSignal;
}

/**
 * `rkube agent`: serves all nodes of this user on this host until the signal aborts.
 * @throws RkubeError `busy` when one runs already, `no-runtime-folder`
 */
export async function runAgent({ env, uid, write, signal }: Surroundings): Promise<void> {
  const path = socketPath({ env, uid });
  await lock(uid, path).catch((cause: unknown) => {
    if (!(cause instanceof RkubeError)) throw cause;
    const message = 'An agent of this user runs on this host already';
    throw new RkubeError({ id: 'busy', message, next: 'See `rkube agent status`.', cause });
  });
  const journal = new Journal(write);
  const agent = new Agent({
    journal,
    look: () => askRkube<Look>(['agent', 'look', '--progress', 'plain'], signal),
    token: async ({ engine, container }) =>
      (await askRkube<{ token: string }>(['agent', 'token', engine, container, '--progress', 'plain'], signal)).token,
    mend: (patient, planes, ended) =>
      mend((args, until) => askRkube(args, until, MEND_MS), patient, planes, AbortSignal.any([signal, ended])),
    forwarderFor,
  });
  await answerRequests(path, (request) => agent.answer(request), signal).catch((cause: unknown) => {
    throw new RkubeError({
      id: 'no-runtime-folder',
      message: `The agent cannot listen at ${path}: ${String(cause)}`,
      next: `It needs the user's runtime folder, ${runtimeFolder({ env, uid })}: log in anew, or have \`loginctl enable-linger\` set.`,
      cause,
    });
  });
  journal.info('', `agent runs, process ${process.pid}`);
  await agent.run(signal);
  journal.info('', 'agent ended; its ports are closed');
}
