import { curable, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** A control plane has 17 containers, the node among them; pods come to that. */
const CONTAINERS = 50;
/** Keyrings of a container, and their bytes: that control plane was seen to take 28, of 46 bytes each. */
const KEYS = 2;
const BYTES = 100;
/** keyrings(7); the figures of kind#3806. */
const ADVISED = { 'kernel.keys.maxkeys': 20_000, 'kernel.keys.maxbytes': 500_000 };

export const keyrings: Check = {
  id: 'keyrings',
  title: `the user may have keyrings for ${CONTAINERS} more containers`,
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    const users = await host.readFile('/proc/key-users');
    if (users === undefined) return ok('/proc/key-users is absent: no keyrings, or no limit to see');
    // proc_key_users(5), e.g. ` 1001:     5 4/4 4/200 52/20000`: usage, keys, and those that count, with their limits.
    const [keys, maxKeys, bytes, maxBytes] = (
      new RegExp(`^\\s*${host.uid}:\\s+\\d+ \\d+/\\d+ (\\d+)/(\\d+) (\\d+)/(\\d+)`, 'm').exec(users) ?? []
    )
      .slice(1)
      .map(Number);
    if (keys === undefined || maxKeys === undefined || bytes === undefined || maxBytes === undefined)
      return ok('/proc/key-users: this user has no keys yet');
    const evidence = `/proc/key-users: ${keys} of ${maxKeys} keys, ${bytes} of ${maxBytes} bytes`;
    if (maxKeys - keys >= CONTAINERS * KEYS && maxBytes - bytes >= CONTAINERS * BYTES) return ok(evidence);
    return curable(`${evidence}: containers may fail with "create session key: disk quota exceeded"`, {
      kind: 'sysctl',
      file: '/etc/sysctl.d/99-rkube-keys.conf',
      values: ADVISED,
    });
  },
};
