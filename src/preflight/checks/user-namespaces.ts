import { ok, problem } from '../finding.ts';
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
      return problem(`${MAX} is absent: this kernel has no user namespaces`, 'Boot a kernel with CONFIG_USER_NS=y');
    if (Number(max) === 0) return problem(`${MAX} is 0`, sysctl('user.max_user_namespaces=28633'));
    const clone = (await host.readFile(CLONE))?.trim();
    if (clone === '0') return problem(`${CLONE} is 0`, sysctl('kernel.unprivileged_userns_clone=1'));
    return ok(`${MAX} is ${max}`);
  },
};

function sysctl(line: string): string {
  return `echo ${line} > /etc/sysctl.d/99-rkube-userns.conf && sysctl --system`;
}
