import { curable, manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const MAX = '/proc/sys/user/max_user_namespaces';
/** Only in kernels with Debian's patch. */
const CLONE = '/proc/sys/kernel/unprivileged_userns_clone';

export const userNamespaces: Check = {
  id: 'user-namespaces',
  title: 'ordinary users may make user namespaces',
  severity: 'fatal',
  root: true,
  probe: async ({ host }) => {
    const max = (await host.readFile(MAX))?.trim();
    if (max === undefined)
      return manual(`${MAX} is absent: this kernel has no user namespaces`, 'Boot a kernel with CONFIG_USER_NS=y');
    const clone = (await host.readFile(CLONE))?.trim();
    const off = [...(Number(max) === 0 ? [MAX] : []), ...(clone === '0' ? [CLONE] : [])];
    if (off.length === 0) return ok(`${MAX} is ${max}`);
    return curable(off.map((file) => `${file} is 0`).join('; '), {
      kind: 'sysctl',
      file: '/etc/sysctl.d/99-rkube-userns.conf',
      values: {
        ...(off.includes(MAX) && { 'user.max_user_namespaces': 28_633 }),
        ...(off.includes(CLONE) && { 'kernel.unprivileged_userns_clone': 1 }),
      },
    });
  },
};
