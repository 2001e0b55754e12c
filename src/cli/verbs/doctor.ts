import { EXIT } from '../../core/errors.ts';
import { packageRoot } from '../../core/package.ts';
import { NETWORK, PEER } from '../options.ts';
import type { Verb } from '../verb.ts';

export const doctor: Verb = {
  name: 'doctor',
  summary: 'check this host and its engine, with the evidence and the fix',
  examples: [
    ['rkube doctor', 'exit code 3 when something fatal is found'],
    ['rkube doctor --json', ''],
    ['rkube doctor --engine docker', ''],
    ['rkube doctor --root-script > rkube-root.sh', 'what only an administrator can do, to be read and run as root'],
    ['rkube doctor --undo-script > rkube-undo.sh', 'takes it back'],
    ['rkube doctor --peer host2 host3', 'can these hosts reach each other? by your ssh'],
    ['rkube doctor --network', 'measure the network drivers that are installed, and advise one'],
    ['rkube doctor --network --peer host2', 'VXLAN to host2, too, by your ssh'],
    ['rkube doctor --network --apply', 'write the advice for the engine; --undo takes it back'],
  ],
  options: [
    { flags: '--ignore <id>', help: 'leave a check out; repeatable', repeat: true },
    { flags: '--root-script', help: 'print one script for an administrator, with what this host lacks' },
    { flags: '--undo-script', help: 'print the script that takes back what root scripts did on a host' },
    { flags: '--network', help: 'measure network drivers on this host (20 s); the engine is left alone' },
    ...PEER,
    ...NETWORK,
  ],
  settings: 'all',
  data: true,
  async run(invocation) {
    if (invocation.flags['rootScript'] === true || invocation.flags['undoScript'] === true) {
      const { printScript } = await import('../administrator.ts');
      return printScript(invocation);
    }
    if (['network', 'driver', 'apply', 'undo'].some((flag) => invocation.flags[flag] !== undefined)) {
      const { networkDoctor } = await import('../network.ts');
      return networkDoctor(invocation);
    }
    if (invocation.flags['peer'] !== undefined || invocation.flags['facts'] === true) {
      const { peerDoctor } = await import('../peer.ts');
      return peerDoctor(invocation);
    }
    const { openCheckup } = await import('../checkup.ts');
    const { fatalProblems, warnings } = await import('../../preflight/run.ts');
    const { needsAdministrator } = await import('../../preflight/administrator/scripts.ts');
    const { reportText } = await import('../report-text.ts');
    const { reports } = await openCheckup(invocation);
    invocation.answer(reports, () => reports.map(reportText).join('\n'));
    const fatal = fatalProblems(reports).length;
    const warned = warnings(reports).length;
    invocation.exitCode = fatal > 0 ? EXIT.preflight : EXIT.ok;
    if (fatal > 0) invocation.next('', `${fatal} fatal, ${warned} warnings. Mend the fatal ones, then run this again.`);
    else invocation.next('', `This host is ready, with ${warned} warnings. Next: \`rkube init\`, or \`rkube join\`.`);
    if (fatal + warned > 0) invocation.next(`The pages are below ${packageRoot()}.`);
    if (reports.some(needsAdministrator))
      invocation.next('For an administrator: `rkube doctor --root-script` prints one script with all that needs root.');
  },
};
