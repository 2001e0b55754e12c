import type { Host } from '../../host/types.ts';
import { ok, problem } from '../finding.ts';
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
    const fix = seen.find((each) => each.fix !== '')?.fix;
    return fix === undefined ? ok(evidence) : problem(evidence, fix);
  },
};

async function inspect(host: Host, tool: string, capability: string): Promise<{ evidence: string; fix: string }> {
  const folders = [...new Set([...(host.env.PATH?.split(':').filter(Boolean) ?? []), ...FOLDERS])];
  for (const folder of folders) {
    const path = `${folder}/${tool}`;
    const facts = await host.stat(path);
    if (!facts) continue;
    if (facts.uid === 0 && (facts.mode & S_ISUID) !== 0) return { evidence: `${path} is setuid root`, fix: '' };
    return inspectCapability(host, path, capability);
  }
  return {
    evidence: `${tool} not found`,
    fix: 'Install newuidmap and newgidmap (Debian, Ubuntu: apt install uidmap; Fedora, RHEL: dnf install shadow-utils)',
  };
}

async function inspectCapability(
  host: Host,
  path: string,
  capability: string,
): Promise<{ evidence: string; fix: string }> {
  // getcap lies in a folder that ordinary users often do not have on PATH.
  const PATH = `${host.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const result = await host.runner.run({
    file: 'getcap',
    args: [path],
    effect: 'read',
    env: { PATH },
    timeoutMs: 3_000,
  });
  if (result.exitCode !== 0) return { evidence: `${path} is present (its capabilities can not be read here)`, fix: '' };
  if (result.stdout.includes(capability)) return { evidence: `${path} has ${capability}`, fix: '' };
  return { evidence: `${path} is neither setuid root nor has ${capability}`, fix: `setcap ${capability}+ep ${path}` };
}
