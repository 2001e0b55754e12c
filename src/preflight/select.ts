import { usageError } from '../core/errors.ts';
import { CHECKS } from './checks/index.ts';
import { PEER_CHECKS } from './peer/checks.ts';
import type { Check } from './types.ts';

/**
 * The checks that `doctor`, `up`, `init` and `join` run: all but the ignored ones.
 * @throws RkubeError `unknown-check` for an id that no check has
 */
export function selectChecks(ignore: readonly string[] = [], checks: readonly Check[] = CHECKS): Check[] {
  const unknown = ignore.filter((id) => !checks.some((check) => check.id === id) && !(id in PEER_CHECKS));
  if (unknown.length > 0) {
    throw usageError({
      id: 'unknown-check',
      message: `There is no check called ${unknown.join(', ')}`,
      next: `Checks: ${[...checks.map(({ id }) => id), ...Object.keys(PEER_CHECKS)].join(', ')}`,
    });
  }
  return checks.filter(({ id }) => !ignore.includes(id));
}
