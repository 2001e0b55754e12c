import { EXIT } from '../core/errors.ts';
import { readFacts } from '../preflight/peer/facts.ts';
import { checkPeers } from '../preflight/peer/run.ts';
import { fatalProblems } from '../preflight/run.ts';
import { selectChecks } from '../preflight/select.ts';
import { nodeRuns, openSite } from './context.ts';
import type { Invocation } from './invocation.ts';
import { reportText } from './report-text.ts';

/** `rkube doctor --peer HOST…`: tries this host against others; `--facts`: what another host that does so asks. */
export async function peerDoctor(invocation: Invocation): Promise<void> {
  selectChecks(invocation.ignore);
  const site = await openSite(invocation);
  const { host, config, engine } = site;
  const here = await readFacts(host, config, engine.info, await nodeRuns(site));
  if (invocation.flags['facts'] === true) return invocation.print(JSON.stringify(here));
  const peers = invocation.flags['peer'] as readonly string[];
  const all = await checkPeers(host.runner, invocation.process.lifetime, here, peers);
  const results = all.map(({ peer, reports }) => ({
    peer,
    reports: reports.filter(({ id }) => !invocation.ignore.includes(id)),
  }));
  invocation.answer(results, () =>
    results.map(({ peer, reports }) => [`${peer}:`, ...reports.map(reportText)].join('\n')).join('\n\n'),
  );
  const fatal = results.filter(({ reports }) => fatalProblems(reports).length > 0).map(({ peer }) => peer);
  invocation.exitCode = fatal.length > 0 ? EXIT.preflight : EXIT.ok;
  invocation.next(
    '',
    fatal.length > 0
      ? `Not ready for each other: this host and ${fatal.join(', ')}. Mend what is named, then run this again.`
      : `This host and ${peers.join(', ')} can reach each other.`,
  );
}
