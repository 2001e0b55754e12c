import { enterNode, terminalOf } from '../cluster/enter.ts';
import type { Site } from '../cluster/site.ts';
import { resolveConfig } from '../config/resolve.ts';
import { findRunning } from '../engine/detect.ts';
import { nodeNames } from '../node/names.ts';
import { rejectOthers } from '../node/ours.ts';
import { openGround, openSite } from './context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs a command in the node that is meant, with this process's terminal or pipes. A node that runs under its usual name
 * is found without asking its engine about itself.
 * @returns exit code of the command, and the way to the whole site for who needs more
 */
export async function enter(
  invocation: Invocation,
  argv: readonly string[],
): Promise<{ readonly exitCode: number; readonly site: () => Promise<Site> }> {
  const { host, file } = await openGround(invocation);
  const named = await resolveConfig({
    flags: invocation.flags,
    env: invocation.process.env,
    file,
    hostname: host.hostname,
  });
  const name = nodeNames(named.cluster, named.node).container;
  const found = await findRunning(host, named, name).catch(() => undefined);
  if (found === undefined) {
    const site = await openSite(invocation);
    return { exitCode: await enterNode(site, argv, invocation.process), site: async () => site };
  }
  rejectOthers(found.container, named);
  const spec = found.dialect.exec(name, argv, { effect: 'read', terminal: terminalOf(invocation.process) });
  return { exitCode: await host.runner.attach(spec), site: () => openSite(invocation) };
}
