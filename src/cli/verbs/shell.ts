import type { Verb } from '../verb.ts';

export const shell: Verb = {
  name: 'shell',
  args: '[command...]',
  summary: 'open a shell in the node, or run a command there',
  examples: [
    ['rkube shell', ''],
    ['rkube shell ctr -n k8s.io tasks ls', 'containers that run'],
    ['rkube shell -- ip address', 'after -- everything belongs to the command'],
  ],
  settings: 'node',
  passThrough: true,
  async run(invocation) {
    const { enter } = await import('../enter.ts');
    const argv = invocation.args.length > 0 ? invocation.args : ['bash', '--login'];
    invocation.exitCode = (await enter(invocation, argv)).exitCode;
  },
};
