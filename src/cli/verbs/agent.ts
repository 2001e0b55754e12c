import { usageError } from '../../core/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Verb } from '../verb.ts';

export const agent: Verb = {
  name: 'agent',
  args: '[what] [of...]',
  summary: 'keep ports of this host as the Services of its nodes say',
  examples: [
    ['rkube agent', 'serve all nodes of this user until Ctrl-C; rkube-agent.service does it by itself'],
    ['rkube agent --json', 'the same, one JSON object a line'],
    ['rkube agent status', 'does one run, since when, for which nodes'],
    ['rkube agent look', 'what it asks of engines and nodes; with their credentials, so never onto a terminal'],
  ],
  settings: 'none',
  data: true,
  async run(invocation) {
    const [what = 'run'] = invocation.args;
    const doing = { run: serve, status: tellStatus, look: tellLook, token: tellToken }[what];
    if (doing !== undefined) return doing(invocation);
    throw usageError({
      id: 'unknown-what',
      message: `Unknown word after \`rkube agent\`: ${what}`,
      next: 'Leave it out to run the agent, or say `status`.',
    });
  },
};

const uid = (): number => process.getuid?.() ?? 0;

async function serve(invocation: Invocation): Promise<void> {
  const { runAgent } = await import('../../agent/run.ts');
  const { entryLine } = await import('../../agent/journal.ts');
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
  const { askAgent } = await import('../../agent/control.ts');
  const { socketPath } = await import('../../host/agent-socket.ts');
  const { agentText } = await import('../agent-text.ts');
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
  const { openGround } = await import('../context.ts');
  const { look } = await import('../../agent/look.ts');
  const { host } = await openGround(invocation);
  invocation.print(JSON.stringify(await look(invocation.run, host)));
}

async function tellToken(invocation: Invocation): Promise<void> {
  rejectTerminal(invocation);
  const { openGround } = await import('../context.ts');
  const { createToken } = await import('../../agent/token.ts');
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
