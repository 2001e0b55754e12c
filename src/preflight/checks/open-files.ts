import { curable, ok } from '../finding.ts';
import { limitRemedy, starters } from '../session.ts';
import type { Check } from '../types.ts';

/** kind's node images warn below (images/base/files/usr/local/bin/entrypoint); a container can not raise a hard limit. */
const LEAST = 64_000;
/** systemd's own default. */
const ADVISED = 524_288;

export const openFiles: Check = {
  id: 'open-files',
  title: `processes of the user may have ${LEAST} files open`,
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    const found = await starters(host);
    if (found.length === 0) return ok('/proc/self/limits can not be read');
    const evidence = found.map(({ who, limits }) => `${limits.openFiles} for ${who}`).join(', ');
    if (found.every(({ limits }) => limits.openFiles >= LEAST)) return ok(evidence);
    return curable(
      `${evidence}: etcd, containerd or pods may fail with "too many open files"`,
      await limitRemedy(host, { item: 'nofile', type: 'hard', value: ADVISED, ulimit: '-n' }),
    );
  },
};
