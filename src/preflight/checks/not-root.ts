import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

export const notRoot: Check = {
  id: 'not-root',
  title: 'rkube runs as an ordinary user',
  severity: 'fatal',
  probe: async ({ host }) => {
    const evidence = `user ${host.user}, uid ${host.uid}`;
    if (host.uid !== 0) return ok(evidence);
    // --allow-rootful is for an engine that runs as root and lets this user in; rkube itself never does.
    return manual(
      evidence,
      'Log in as an ordinary user (ssh USER@HOST; not su, which opens no user session) and run rkube again',
    );
  },
};
