import type { PublishedPort } from '../config/types.ts';
import { report } from '../core/reporter.ts';
import { portUses } from '../preflight/ports.ts';
import { preflight } from '../preflight/run.ts';
import { selectChecks } from '../preflight/select.ts';
import type { Site } from './site.ts';

/** Runs the checks before a node starts; shows only problems. @throws RkubeError exit 3 naming every fatal one */
export async function checkHost(site: Site, ports: readonly PublishedPort[], ignore: readonly string[]): Promise<void> {
  const { host, config, engine, run } = site;
  const warnings = await preflight(selectChecks(ignore), {
    host,
    config,
    engine: engine.info,
    engineProblem: '',
    engineNext: '',
    nodeRuns: false,
    ports: portUses(config.ports, ports),
  });
  for (const { id, page, finding } of warnings) {
    if (finding.state === 'problem')
      report(run.reporter, 'warn', `${id}: ${finding.evidence}. ${finding.fix} (${page})`);
  }
}
