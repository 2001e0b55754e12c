import { usageError } from '../core/errors.ts';
import { rootScript, undoScript } from '../preflight/administrator/scripts.ts';
import { openCheckup } from './checkup.ts';
import type { Invocation } from './invocation.ts';

/**
 * Prints the script for an administrator that the flags ask for.
 * @throws RkubeError `two-scripts` when they ask for both
 */
export async function printScript(invocation: Invocation): Promise<void> {
  const undo = invocation.flags['undoScript'] === true;
  if (undo && invocation.flags['rootScript'] === true) {
    throw usageError({
      id: 'two-scripts',
      message: '--root-script and --undo-script are two scripts, and one is printed at a time',
      next: 'Give one of them',
    });
  }
  const script = undo ? undoScript() : await scriptForThisHost(invocation);
  invocation.answer({ script }, () => script);
  const file = undo ? 'rkube-undo.sh' : 'rkube-root.sh';
  invocation.next(`Keep it as ${file} and review it, then run it as root: sudo sh ${file}`);
}

async function scriptForThisHost(invocation: Invocation): Promise<string> {
  const { host, reports } = await openCheckup(invocation);
  return rootScript(host, reports);
}
