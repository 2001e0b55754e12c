import { EXIT } from '../../core/errors.ts';
import type { CheckReport } from '../../preflight/types.ts';
import type { Verb } from '../verb.ts';

export const doctor: Verb = {
  name: 'doctor',
  summary: 'check this host and its engine, with the evidence and the fix',
  examples: [
    ['rkube doctor', 'exit code 3 when something fatal is found'],
    ['rkube doctor --json', ''],
    ['rkube doctor --engine docker', ''],
  ],
  options: [{ flags: '--ignore <id>', help: 'leave a check out; repeatable', repeat: true }],
  settings: 'all',
  data: true,
  async run(invocation) {
    const { openCheckup } = await import('../checkup.ts');
    const { fatalProblems } = await import('../../preflight/run.ts');
    const reports = await openCheckup(invocation);
    invocation.answer(reports, () => reports.map(text).join('\n'));
    const fatal = fatalProblems(reports).length;
    const warnings = reports.filter(({ finding }) => finding.state === 'problem').length - fatal;
    invocation.exitCode = fatal > 0 ? EXIT.preflight : EXIT.ok;
    if (fatal > 0)
      invocation.next('', `${fatal} fatal, ${warnings} warnings. Mend the fatal ones, then run this again.`);
    else invocation.next('', `This host is ready, with ${warnings} warnings. Next: \`rkube init\`, or \`rkube join\`.`);
  },
};

const MARK = { ok: '✓', skip: '-', problem: '✗' } as const;

function text({ id, title, severity, root, finding }: CheckReport): string {
  const mark = finding.state === 'problem' && severity === 'warning' ? '!' : MARK[finding.state];
  const lines = [`${mark} ${id}: ${title}`, `    ${finding.evidence}`];
  if (finding.state === 'problem') lines.push(`    fix${root ? ' (administrator)' : ''}: ${finding.fix}`);
  return lines.join('\n');
}
