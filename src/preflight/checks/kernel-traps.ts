import { isOlder } from '../../core/version.ts';
import { manual, ok } from '../finding.ts';
import type { Check, CheckInput } from '../types.ts';

/** A fault that shows itself on some kernels, to those who use something else beside. */
interface Trap {
  readonly from: string;
  readonly before?: string;
  /** What makes it count here, as evidence; '' when it does not. */
  readonly meets: (input: CheckInput) => string;
  readonly what: string;
  readonly fix: string;
  readonly source: string;
}

const TRAPS: readonly Trap[] = [
  {
    from: '6.9',
    meets: ({ engine }) => {
      // Debian and Fedora write the date of a release: 0.0~git20240220.1e6f92b, 0^20240220.g1e6f92b.
      const date = /20\d{6}/.exec(engine?.networkVersion ?? '')?.[0];
      return date !== undefined && date < '20240318' ? `${engine?.networkVersion}` : '';
    },
    what: 'pasta never returns from setting up a container of a user',
    fix: 'Install passt of 2024_03_18 or newer',
    source: 'https://github.com/containers/podman/issues/22052',
  },
];

export const kernelTraps: Check = {
  id: 'kernel-traps',
  title: 'no known fault of this kernel meets what is used here',
  severity: 'warning',
  root: true,
  probe: async (input) => {
    const release = (await input.host.readFile('/proc/sys/kernel/osrelease'))?.trim() ?? '';
    for (const { from, before, meets, what, fix, source } of TRAPS) {
      const met = meets(input);
      const concerned = !isOlder(release, from) && (before === undefined || isOlder(release, before));
      if (concerned && met !== '') return manual(`${release} with ${met}: ${what} (${source})`, fix);
    }
    return ok(`${release || 'release not readable'}: none of ${TRAPS.length} known`);
  },
};
