import { manual, ok } from '../finding.ts';
import { parseRanges, type Range } from '../subordinate-ids.ts';
import type { Check } from '../types.ts';

export const subidOverlap: Check = {
  id: 'subid-overlap',
  title: "the user's subordinate ids are nobody else's",
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    const isOwn = ({ owner }: Range): boolean => owner === host.user || owner === String(host.uid);
    const accounts = parseAccounts((await host.readFile('/etc/passwd')) ?? '');
    const shared: string[] = [];
    for (const file of ['/etc/subuid', '/etc/subgid']) {
      const ranges = parseRanges((await host.readFile(file)) ?? '', ':');
      const others = [...ranges.filter((each) => !isOwn(each)), ...(file === '/etc/subuid' ? accounts : [])];
      for (const own of ranges.filter(isOwn)) {
        const found = others.find((each) => own.start < each.start + each.count && each.start < own.start + own.count);
        if (found) shared.push(`${file}: ${show(own)} overlap with ${show(found)} of ${found.owner}`);
      }
    }
    if (shared.length === 0) return ok('/etc/subuid and /etc/subgid: no overlap with other users or accounts');
    return manual(
      `${shared.join('; ')}: the one can read, change and kill what the other's containers have`,
      `Give ${host.user} ranges of their own (usermod --add-subuids, --del-subuids and the like for gids); then ${host.user} runs podman system migrate, or restarts the engine, and makes images and volumes anew`,
    );
  },
};

const show = ({ start, count }: Range): string => (count === 1 ? `id ${start}` : `ids ${start}-${start + count - 1}`);

/** Accounts as ranges of one id. */
function parseAccounts(passwd: string): Range[] {
  return passwd.split('\n').flatMap((line) => {
    const [owner, , uid] = line.split(':');
    return owner && uid && /^\d+$/.test(uid) ? [{ owner, start: Number(uid), count: 1 }] : [];
  });
}
