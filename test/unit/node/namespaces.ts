import { spawnSync } from 'node:child_process';

/**
 * Why tests in namespaces of their own can not run here; '' when they can.
 * @param probe shell command that must work in such a namespace
 * @param needs what it tries, for people
 */
export function whyNoNamespaces(probe = 'nft list ruleset', needs = 'nft does'): string {
  if (process.getuid?.() !== 0) return 'only root can make the namespaces';
  const tried = spawnSync('unshare', ['-n', '-m', 'sh', '-c', probe], { encoding: 'utf8' });
  if (tried.error) return `unshare cannot be run: ${tried.error.message}`;
  return tried.status === 0 ? '' : `${needs} not work in a namespace here: ${tried.stderr.trim()}`;
}
