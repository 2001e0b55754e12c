import type { CheckReport } from '../preflight/types.ts';

const MARK = { ok: '✓', skip: '-' } as const;
const PROBLEM = { fatal: '✗', warning: '!', minor: '·' } as const;

/** A finding as `rkube doctor` shows it. */
export function reportText({ id, page, title, severity, root, finding }: CheckReport): string {
  const mark = finding.state === 'problem' ? PROBLEM[severity] : MARK[finding.state];
  const lines = [`${mark} ${id}: ${title}`, `    ${finding.evidence}`];
  if (finding.state === 'problem') {
    lines.push(`    fix${root ? ' (administrator)' : ''}: ${finding.fix}`, `    page: ${page}`);
  }
  return lines.join('\n');
}
