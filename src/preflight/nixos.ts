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
    case 'switch':
      return `boot.kernel.sysctl."${remedy.key}" = "${remedy.value}";`;
    case 'unit': {
      const [, name, kind] = /([^/]+)\.(service|slice)\.d\//.exec(remedy.path) ?? [];
      const values = remedy.lines.slice(1).map((line) => `${kind}Config.${line.replace(/=(.*)/, ' = "$1"')};`);
      return `systemd.${kind}s."${name}" = { overrideStrategy = "asDropin"; ${values.join(' ')} };`;
    }
    case 'file': {
      // The only files of this kind: limits.conf(5).
      const limits = remedy.lines.map((line) => line.split(' '));
      const entry = ([domain, type, item, value]: string[]): string =>
        `{ domain = "${domain}"; type = "${type}"; item = "${item}"; value = "${value}"; }`;
      return `security.pam.loginLimits = [ ${limits.map(entry).join(' ')} ];`;
    }
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
