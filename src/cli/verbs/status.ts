import type { Verb } from '../verb.ts';

export const status: Verb = {
  name: 'status',
  summary: 'show this node and its cluster',
  examples: [
    ['rkube status', 'node, nodes of the cluster, pods that are not well'],
    ['rkube status --json', 'the same for programs'],
    ['rkube status --watch', 'go on with what changes, until Ctrl-C'],
  ],
  options: [{ flags: '-w, --watch', help: 'go on with what changes; with --json one line each' }],
  settings: 'node',
  data: true,
  async run(invocation) {
    const { openSite } = await import('../context.ts');
    const site = await openSite(invocation);
    if (invocation.flags['watch'] === true) {
      const { showWatch } = await import('../watch-view.ts');
      return showWatch(invocation, site);
    }
    const { status } = await import('../../cluster/status.ts');
    const { statusText } = await import('../status-text.ts');
    const found = await status(site);
    invocation.answer(found, () => statusText(found));
    if (found.container === 'absent')
      invocation.next('', 'Next: `rkube init` makes a cluster here, `rkube join` joins one.');
    if (found.container === 'stopped') invocation.next('', 'Next: `rkube up` starts it.');
    const { tellUnready } = await import('../moved.ts');
    tellUnready(invocation, found);
    if (found.problem !== '') invocation.exitCode = 1;
  },
};
