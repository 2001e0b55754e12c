import { isOlder } from '../../core/version.ts';
import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** kube-proxy refuses nftables mode below (kubernetes pkg/proxy/nftables/supported.go); overlay in a user namespace came with 5.11. */
const NEEDED = '5.13';

export const kernelVersion: Check = {
  id: 'kernel-version',
  title: `Linux ${NEEDED} or newer`,
  severity: 'fatal',
  root: true,
  probe: async ({ host }) => {
    const release = (await host.readFile('/proc/sys/kernel/osrelease'))?.trim() ?? '';
    if (!/^\d+\.\d/.test(release))
      return ok(`release not readable: ${release || '/proc/sys/kernel/osrelease is absent'}`);
    return isOlder(release, NEEDED)
      ? manual(`${release}; kube-proxy needs ${NEEDED} for nftables`, 'Install a newer kernel and reboot')
      : ok(release);
  },
};
