import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const FILE = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';

export const apparmorUserns: Check = {
  id: 'apparmor-userns',
  title: 'AppArmor lets the engine make user namespaces',
  severity: 'warning',
  root: true,
  probe: async ({ host, engine }) => {
    const restricted = (await host.readFile(FILE))?.trim() === '1';
    if (!restricted) return ok(`${FILE} is not 1`);
    // A rootless engine that answered runs in such a namespace: a profile of its package allows it.
    if (engine?.rootless) return ok(`${FILE} is 1, and ${engine.kind} works all the same`);
    return manual(
      `${FILE} is 1: only programs with an AppArmor profile may make user namespaces (Ubuntu 23.10 and newer)`,
      "Install the engine from the distribution's packages, which bring the profile; one installed elsewhere needs a profile with `userns,`",
    );
  },
};
