import { usageError } from '../core/errors.ts';
import type { Invocation } from './invocation.ts';

const uid = (): number => process.getuid?.() ?? 0;

async function serve(invocation: Invocation): Promise<void> {
  const { runAgent } = await import('../agent/run.ts');
  const { entryLine } = await import('../agent/journal.ts');
  const { env, lifetime } = invocation.process;
  const json = invocation.flags['json'] === true;
  await runAgent({
    env,
    uid: uid(),
    write: (entry) => invocation.print(json ? JSON.stringify(entry) : entryLine(entry)),
    signal: lifetime.signal,
  });
}

async function tellStatus(invocation: Invocation): Promise<void> {
  const { askAgent } = await import('../agent/control.ts');
  const { socketPath } = await import('../host/agent-socket.ts');
  const { agentText } = await import('./agent-text.ts');
  const answer = await askAgent(socketPath({ env: invocation.process.env, uid: uid() }), { do: 'status' });
  const status = answer?.status;
  invocation.answer({ running: status !== undefined, ...status }, () => agentText(status));
  if (status === undefined) {
    invocation.exitCode = 1;
    invocation.next('', 'Next: `rkube up` starts it as a service of yours; `rkube agent` runs it here.');
  }
}

async function tellLook(invocation: Invocation): Promise<void> {
  rejectTerminal(invocation);
  const { openGround } = await import('./context.ts');
  const { look } = await import('../agent/look.ts');
  const { host } = await openGround(invocation);
  invocation.print(JSON.stringify(await look(invocation.run, host)));
}

async function tellToken(invocation: Invocation): Promise<void> {
  rejectTerminal(invocation);
  const { openGround } = await import('./context.ts');
  const { createToken } = await import('../agent/token.ts');
  const { host } = await openGround(invocation);
  const [, engine = '', container = ''] = invocation.args;
  invocation.print(JSON.stringify({ token: await createToken(host, engine, container) }));
}

/** What the agent's children tell it are secrets. */
function rejectTerminal({ process }: Invocation): void {
  if (process.stdout.isTTY !== true) return;
  throw usageError({
    id: 'secret',
    message: 'This prints credentials, for the agent alone, and standard output is a terminal',
    next: 'See `rkube agent status`.',
  });
}

/** What follows `rkube agent` on the command line, and what it does. */
export const DOINGS: Readonly<Record<string, (invocation: Invocation) => Promise<void>>> = {
  run: serve,
  status: tellStatus,
  look: tellLook,
  token: tellToken,
};
