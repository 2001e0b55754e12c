import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

export const notRoot: Check = {
  id: 'not-root',
  title: 'rkube runs as an ordinary user',
  severity: 'fatal',
  probe: async ({ host, config }) => {
    const evidence = `user ${host.user}, uid ${host.uid}`;
    if (host.uid !== 0) return ok(evidence);
    if (config.allowRootful) return ok(`${evidence}; allowed by your settings`);
    return manual(
      evidence,
      'Log in as an ordinary user (ssh USER@HOST; not su, which opens no user session) and run rkube again',
    );
  },
};
