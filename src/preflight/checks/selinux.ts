import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** Domains of users whom the reference policy keeps from making user namespaces. */
const CONFINED = ['guest_t', 'xguest_t', 'user_t', 'staff_t', 'sysadm_t'];

export const selinux: Check = {
  id: 'selinux',
  title: 'SELinux lets the engine run containers',
  severity: 'warning',
  root: true,
  probe: async ({ host, engine }) => {
    const enforce = (await host.readFile('/sys/fs/selinux/enforce'))?.trim();
    if (enforce === undefined) return ok('/sys/fs/selinux/enforce is absent: no SELinux');
    if (enforce !== '1') return ok(`/sys/fs/selinux/enforce is ${enforce}: SELinux only watches`);
    const context = (await host.readFile('/proc/self/attr/current'))?.replace(/\0$/, '') ?? '';
    const domain = context.split(':')[2] ?? '';
    const evidence = `enforcing, and this session runs in ${domain || 'an unknown domain'}`;
    // An engine that answered has made its user namespace.
    if (engine === undefined && CONFINED.includes(domain)) {
      return manual(
        `${evidence}: such users may not make user namespaces`,
        `Map the user to one who may, then log in again: semanage login -a -s unconfined_u ${host.user}`,
      );
    }
    const type = /^\s*SELINUXTYPE=(\S+)/m.exec((await host.readFile('/etc/selinux/config')) ?? '')?.[1];
    const file = `/etc/selinux/${type}/contexts/files/file_contexts`;
    const labels = type === undefined ? undefined : await host.readFile(file);
    // Of the engines only Podman labels files unless told to.
    if (labels !== undefined && !labels.includes('container_file_t') && engine?.kind === 'podman') {
      return manual(
        `${evidence}; ${file} knows no container_file_t, which Podman labels its files with`,
        'Install the package container-selinux',
      );
    }
    return ok(evidence);
  },
};
