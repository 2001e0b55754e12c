import { skip } from './finding.ts';
import type { Check } from './types.ts';

/** A check of what only rootless engines need: skipped when the user chose an engine that runs as root. */
export function rootlessOnly(check: Check): Check {
  return {
    ...check,
    probe: async (input) =>
      input.config.allowRootful && input.engine?.rootless === false
        ? skip('only rootless engines need it; this one runs as root')
        : check.probe(input),
  };
}
