import { usageError } from '../../core/errors.ts';
import { table } from '../table.ts';
import type { Verb } from '../verb.ts';

export const support: Verb = {
  name: 'support',
  summary: 'write a bundle of what is needed to find out what is wrong, without secrets',
  examples: [
    ['rkube support', 'this host, to rkube-support-CLUSTER-NODE.tar.gz here'],
    ['rkube support --peer host2 host3', 'and those of other hosts, by your ssh'],
    ['rkube support --dry-run', 'list what would be read'],
    ['rkube support --output - | ssh host4 tar -tzf -', ''],
  ],
  options: [
    { flags: '-o, --output <file>', help: 'where to write it; - for standard output' },
    {
      flags: '--peer <host...>',
      help: 'other hosts of the cluster, by your ssh and their rkube; repeatable',
      repeat: true,
    },
  ],
  settings: 'node',
  data: true,
  changes: true,
  async run(invocation) {
    const { stdout } = invocation.process;
    const toStdout = invocation.flags['output'] === '-';
    if (toStdout && (stdout.isTTY === true || invocation.flags['json'] === true)) {
      throw usageError({
        id: 'archive-on-stdout',
        message:
          '--output - writes an archive to standard output, which is no place for it on a terminal or with --json',
        next: 'Name a file, or a program: `rkube support --output - | …`.',
      });
    }
    const { openCheckup } = await import('../checkup.ts');
    const { support } = await import('../../cluster/support/support.ts');
    const { plannedSources } = await import('../../cluster/support/here.ts');
    const { Steps } = await import('../../cluster/steps.ts');
    const { display } = await import('../../core/command.ts');
    const { host, config, reports, site, engineProblem } = await openCheckup(invocation);
    const scene = { host, config, reports, site, problem: engineProblem };
    if (invocation.dryRun) {
      const rows = plannedSources(scene).map(({ path, what, argv: [file = '', ...args] }) => [
        path,
        what,
        display({ file, args, effect: 'read' }),
      ]);
      return invocation.print(table(['FILE', 'WHAT', 'READ BY'], rows));
    }
    const peers = (invocation.flags['peer'] as readonly string[] | undefined) ?? [];
    const { index, archive } = await support(scene, new Steps(invocation.run), peers);
    if (toStdout) return void stdout.write(archive);
    const { replaceFile } = await import('../../host/replace-file.ts');
    const path = await import('node:path');
    const named = invocation.flags['output'] as string | undefined;
    const file = path.resolve(invocation.process.cwd, named ?? `rkube-support-${config.cluster}-${config.node}.tar.gz`);
    await replaceFile(file, archive);
    invocation.answer({ file, ...index }, () => file);
    for (const name of index.others) invocation.next(`${name} is not in it: name its host with --peer.`);
    invocation.next(
      '',
      `Read it before you give it away: tar -tzf ${file}; index.txt in it tells what is there and what not.`,
    );
  },
};
