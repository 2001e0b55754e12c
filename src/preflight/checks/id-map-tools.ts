import type { Host } from '../../host/types.ts';
import { curable, manual, ok } from '../finding.ts';
import { fixOf, type Remedy } from '../remedy.ts';
import type { Check } from '../types.ts';

const S_ISUID = 0o4000;
const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'];
/** Each tool with the capability it may have in place of the setuid bit. */
const TOOLS = [
  ['newuidmap', 'cap_setuid'],
  ['newgidmap', 'cap_setgid'],
] as const;

export const idMapTools: Check = {
  id: 'id-map-tools',
  title: 'newuidmap and newgidmap are installed with the privilege they need',
  severity: 'fatal',
  root: true,
  probe: async ({ host }) => {
    const seen = await Promise.all(TOOLS.map(([tool, capability]) => inspect(host, tool, capability)));
    const evidence = seen.map((each) => each.evidence).join('; ');
    if (seen.some(({ state }) => state === 'missing')) return curable(evidence, PACKAGE);
    const powerless = seen.filter(({ state }) => state === 'powerless');
    if (powerless.length === 0) return ok(evidence);
    // With a capability goes the power over ids: never to a program in a folder of the user's own.
    if (powerless.some(({ path }) => !isSystem(path))) return manual(evidence, fixOf(PACKAGE));
    const programs = Object.fromEntries(powerless.map(({ path, capability }) => [path, capability]));
    return curable(evidence, { kind: 'capabilities', programs });
  },
};

const PACKAGE: Remedy = {
  kind: 'package',
  tools: TOOLS.map(([tool]) => tool),
  names: { 'apt-get': 'uidmap', dnf: 'shadow-utils', zypper: 'shadow', pacman: 'shadow', apk: 'shadow-uidmap' },
};

const isSystem = (path: string): boolean =>
  FOLDERS.some((folder) => TOOLS.some(([tool]) => path === `${folder}/${tool}`));

interface Tool {
  readonly path: string;
  readonly capability: string;
  readonly evidence: string;
  readonly state: 'right' | 'missing' | 'powerless';
}

async function inspect(host: Host, tool: string, capability: string): Promise<Tool> {
  const folders = [...new Set([...(host.env.PATH?.split(':').filter(Boolean) ?? []), ...FOLDERS])];
  for (const folder of folders) {
    const path = `${folder}/${tool}`;
    const facts = await host.stat(path);
    if (!facts) continue;
    if (facts.uid === 0 && (facts.mode & S_ISUID) !== 0)
      return { path, capability, evidence: `${path} is setuid root`, state: 'right' };
    return { path, capability, ...(await inspectCapability(host, path, capability)) };
  }
  return { path: tool, capability, evidence: `${tool} not found`, state: 'missing' };
}

async function inspectCapability(
  host: Host,
  path: string,
  capability: string,
): Promise<Pick<Tool, 'evidence' | 'state'>> {
  // getcap lies in a folder that ordinary users often do not have on PATH.
  const PATH = `${host.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const result = await host.runner.run({
    file: 'getcap',
    args: [path],
    effect: 'read',
    env: { PATH },
    timeoutMs: 3_000,
  });
  if (result.exitCode !== 0)
    return { evidence: `${path} is present (its capabilities can not be read here)`, state: 'right' };
  if (result.stdout.includes(capability)) return { evidence: `${path} has ${capability}`, state: 'right' };
  return { evidence: `${path} is neither setuid root nor has ${capability}`, state: 'powerless' };
}
