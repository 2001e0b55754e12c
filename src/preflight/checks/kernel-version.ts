import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** kube-proxy refuses nftables mode below (kubernetes pkg/proxy/nftables/supported.go); overlay in a user namespace came with 5.11. */
const NEEDED = [5, 13] as const;

export const kernelVersion: Check = {
  id: 'kernel-version',
  title: `Linux ${NEEDED.join('.')} or newer`,
  severity: 'fatal',
  root: true,
  probe: async ({ host }) => {
    const release = (await host.readFile('/proc/sys/kernel/osrelease'))?.trim() ?? '';
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
    if (major === undefined) return ok(`release not readable: ${release || '/proc/sys/kernel/osrelease is absent'}`);
    const enough = Number(major) > NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) >= NEEDED[1]);
    return enough
      ? ok(release)
      : manual(`${release}; kube-proxy needs ${NEEDED.join('.')} for nftables`, 'Install a newer kernel and reboot');
  },
};
