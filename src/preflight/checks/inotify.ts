import { curable, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/**
 * All of a user's nodes and own programs share these limits, since the user owns the nodes' user namespace.
 * `atLeast`: instances run out first, "too many open files" (https://kind.sigs.k8s.io/docs/user/known-issues/,
 * which takes 512; Linux starts with 128). Watches: twice the fixed 8192 of kernels before 5.11; newer ones
 * allow 1 % of memory (fs/notify/inotify/inotify_user.c). `advised`: the figures of the page above.
 */
const LIMITS = [
  { name: 'max_user_instances', atLeast: 512, advised: 512 },
  { name: 'max_user_watches', atLeast: 16_384, advised: 524_288 },
] as const;

export const inotify: Check = {
  id: 'inotify',
  title: LIMITS.map(({ name, atLeast }) => `fs.inotify.${name} ≥ ${atLeast}`).join(', '),
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    const found = await Promise.all(
      LIMITS.map(async (limit) => ({
        ...limit,
        value: Number((await host.readFile(`/proc/sys/fs/inotify/${limit.name}`)) ?? Number.NaN),
      })),
    );
    const evidence = found
      .map(({ name, value }) => `${name} ${Number.isNaN(value) ? 'not readable' : value}`)
      .join(', ');
    const low = found.filter(({ value, atLeast }) => value < atLeast);
    if (low.length === 0) return ok(evidence);
    return curable(`${evidence}: pods may fail with "too many open files"`, {
      kind: 'sysctl',
      file: '/etc/sysctl.d/99-rkube-inotify.conf',
      values: Object.fromEntries(low.map(({ name, advised }) => [`fs.inotify.${name}`, advised])),
    });
  },
};
