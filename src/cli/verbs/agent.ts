import { usageError } from '../../core/errors.ts';
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
    const { DOINGS } = await import('../agent-doings.ts');
    const doing = DOINGS[what];
    if (doing !== undefined) return doing(invocation);
    throw usageError({
      id: 'unknown-what',
      message: `Unknown word after \`rkube agent\`: ${what}`,
      next: 'Leave it out to run the agent, or say `status`.',
    });
  },
};
