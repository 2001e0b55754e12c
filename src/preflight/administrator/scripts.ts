import { quote } from '../../core/command.ts';
import type { Host } from '../../host/types.ts';
import { problems } from '../run.ts';
import type { CheckReport } from '../types.ts';
import { comment, plain, SHELL, script } from './parts.ts';
import { type Step, stepOf } from './steps.ts';

type Whose = Pick<Host, 'hostname' | 'user' | 'uid'>;

/** What an administrator does for the findings, as one script to read and run. The same findings make the same script. */
export function rootScript({ hostname, user, uid }: Whose, reports: readonly CheckReport[]): string {
  const head =
    comment(`For an administrator of host ${hostname}: what Kubernetes nodes of user ${user} (uid ${uid}) lack there.
Printed by \`rkube doctor --root-script\` from what its checks found. Please read it, then run it as root.
Each step looks first, so it can be run again. What was before is kept below /var/lib/rkube/administrator;
the script that \`rkube doctor --undo-script\` prints takes everything back.`);
  const sections = problems(reports).flatMap(section);
  if (sections.length === 0)
    return `${SHELL}${head}\n#\n# Nothing is needed: the checks found nothing for an administrator.\n`;
  const parts = sections.flatMap((each) => each.parts);
  const first = parts.includes('put') ? ['  finish_writes', ''] : [];
  const lines = sections.flatMap((each) => each.lines);
  const work = ['work() {', ...first, ...lines, '  subject=rkube', '  say finished', '}'].join('\n');
  return script(head, work, ['say', ...(parts.length > 0 ? (['kept', 'record'] as const) : []), ...parts]);
}

/** Takes back what root scripts have done on the host where it runs; needs no findings. */
export function undoScript(): string {
  const head =
    comment(`For an administrator: takes back what scripts of \`rkube doctor --root-script\` have changed on this host, for
whichever user, as it is recorded below /var/lib/rkube/administrator. It can be run again.`);
  return script(head, '', ['say', 'kept', 'same', 'has-package', 'undo']);
}

/** True when the root script would have something for this finding that an ordinary user can not do. */
export function needsAdministrator({ root, finding }: CheckReport): boolean {
  const kind = finding.state === 'problem' ? finding.remedy?.kind : undefined;
  return kind !== undefined && (root || kind !== 'manual');
}

interface Section {
  readonly lines: readonly string[];
  readonly parts: Step['parts'];
}

function section({ id, title, finding }: CheckReport): Section[] {
  if (finding.state !== 'problem' || !finding.remedy) return [];
  const { parts, commands, note } = stepOf(finding.remedy);
  const what = note === '' ? '' : plain(`${commands.length > 0 ? 'then' : 'not for a script'}: ${note}`);
  const lines = [
    ...comment(`${id}\nwanted: ${title}\nfound: ${finding.evidence}\n${what}`).split('\n'),
    `subject=${quote(id)}`,
    ...commands,
    ...(what === '' ? [] : [`say ${quote(what)}`]),
  ];
  return [{ lines: [...lines.map((line) => `  ${line}`), ''], parts }];
}
