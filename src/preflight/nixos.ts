import { readDistribution } from '../host/distribution.ts';
import { manual } from './finding.ts';
import type { Remedy } from './remedy.ts';
import type { Check } from './types.ts';

/** The check, with its fix in the terms of configuration.nix where NixOS makes /etc from that: no script lasts there. */
export function inNixTerms(check: Check): Check {
  return {
    ...check,
    probe: async (input) => {
      const finding = await check.probe(input);
      if (finding.state !== 'problem' || !finding.remedy || finding.remedy.kind === 'manual') return finding;
      const { ids } = await readDistribution(input.host);
      if (!ids.includes('nixos')) return finding;
      const option = optionFor(finding.remedy);
      return manual(finding.evidence, `In /etc/nixos/configuration.nix: ${option} Then: nixos-rebuild switch`);
    },
  };
}

/** Options of search.nixos.org. */
function optionFor(remedy: Exclude<Remedy, { kind: 'manual' }>): string {
  switch (remedy.kind) {
    case 'sysctl':
      return Object.entries(remedy.values)
        .map(([key, value]) => `boot.kernel.sysctl."${key}" = ${JSON.stringify(value)};`)
        .join(' ');
    case 'unit':
      return `${unitOf(remedy.path)} = { overrideStrategy = "asDropin"; serviceConfig.${remedy.lines
        .slice(1)
        .map((line) => line.replace(/=(.*)/, ' = "$1"'))
        .join('; serviceConfig.')}; };`;
    case 'subids': {
      const { file, user, start, count } = remedy;
      const [option, field] = file === 'subuid' ? ['subUidRanges', 'startUid'] : ['subGidRanges', 'startGid'];
      return `users.users.${user}.${option} = [ { ${field} = ${start}; count = ${count}; } ];`;
    }
    case 'linger':
      return `users.users.${remedy.user}.linger = true;`;
    case 'capabilities':
    case 'package':
      return 'virtualisation.podman.enable = true; with /run/wrappers/bin first on PATH, where its newuidmap and newgidmap are.';
    case 'modules':
      return `boot.kernelModules = [ ${remedy.modules.map((name) => `"${name}"`).join(' ')} ]; and none of them in boot.blacklistedKernelModules.`;
  }
}

/** `/etc/systemd/system/user@.service.d/delegate.conf` → `systemd.services."user@"` */
const unitOf = (path: string): string => `systemd.services."${/([^/]+)\.service\.d\//.exec(path)?.[1] ?? path}"`;
