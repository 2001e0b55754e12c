import type { Site } from '../cluster/site.ts';
import { resolveConfig } from '../config/resolve.ts';
import { EXIT, RkubeError } from '../core/errors.ts';
import { detectEngine } from '../engine/detect.ts';
import { defaultHostAddress } from '../host/address.ts';
import { publishedPorts } from '../node/spec.ts';
import { portUses } from '../preflight/ports.ts';
import { runChecks } from '../preflight/run.ts';
import { selectChecks } from '../preflight/select.ts';
import type { CheckInput, CheckReport } from '../preflight/types.ts';
import { nodeRuns, openGround, openSite } from './context.ts';
import type { Invocation } from './invocation.ts';

export interface Checkup extends CheckInput {
  /** undefined where there is no engine or no address; `engineProblem` then says why. */
  readonly site?: Site;
  readonly reports: readonly CheckReport[];
}

/** All checks of `rkube doctor`. A host without an engine or an address is checked all the same. */
export async function openCheckup(invocation: Invocation): Promise<Checkup> {
  const checks = selectChecks(invocation.ignore);
  const input = await openSite(invocation).then(withSite, async (error: unknown) => {
    if (!(error instanceof RkubeError) || error.exitCode !== EXIT.preflight) throw error;
    return withoutSite(invocation, error);
  });
  return { ...input, reports: await runChecks(checks, input) };
}

async function withSite(site: Site): Promise<CheckInput & { site: Site }> {
  const { host, config, engine } = site;
  return {
    site,
    host,
    config,
    engine: engine.info,
    engineProblem: '',
    engineNext: '',
    nodeRuns: await nodeRuns(site),
    ports: portUses(config.ports, publishedPorts(config, 'control-plane', engine.info.features)),
  };
}

/** Of no engine, so every port on every address it may be asked for. */
const ANY = { portOnSeveralAddresses: true, portsOnEveryAddress: false };

async function withoutSite(invocation: Invocation, error: RkubeError): Promise<CheckInput> {
  const { host, file } = await openGround(invocation);
  const choice = defaultHostAddress(await host.addresses());
  const config = await resolveConfig({
    flags: invocation.flags,
    env: invocation.process.env,
    file,
    hostname: host.hostname,
    address: async () => ('address' in choice ? choice.address : undefined),
  });
  // What ended openSite may have been the address alone.
  const engine = error.id === 'no-host-address' ? (await detectEngine(host, config)).info : undefined;
  return {
    host,
    config,
    engine,
    engineProblem: engine ? '' : [error.message, ...error.details].join('; '),
    engineNext: engine ? '' : (error.next ?? ''),
    nodeRuns: false,
    ports: portUses(config.ports, publishedPorts(config, 'control-plane', engine?.features ?? ANY)),
  };
}
