import type { Host } from '../../host/types.ts';
import { curable, ok } from '../finding.ts';
import type { Remedy } from '../remedy.ts';
import { parseRanges, type Range } from '../subordinate-ids.ts';
import type { Check } from '../types.ts';

/** Pods use ids up to 65534 (nobody). */
const NEEDED = 65_536;

interface Ranges {
  /** undefined where they can not be seen. */
  readonly ranges: readonly Range[] | undefined;
  readonly source: string;
  /** Who holds them, in the words of nsswitch.conf. */
  readonly service: string;
}

/** /etc/subuid and /etc/subgid. */
const FILES = 'files';

export const subuid = subidCheck('subuid', 'user');
export const subgid = subidCheck('subgid', 'group');

function subidCheck(id: 'subuid' | 'subgid', kind: 'user' | 'group'): Check {
  return {
    id,
    title: `the user has at least ${NEEDED} subordinate ${kind} ids`,
    severity: 'fatal',
    root: true,
    probe: async ({ host }) => {
      const { ranges, source, service } = await readRanges(host, id);
      if (ranges === undefined) return ok(`${source} is not installed, so ids that a directory gives can not be seen`);
      const own = ranges.filter(({ owner }) => owner === host.user || owner === String(host.uid));
      const total = own.reduce((sum, { count }) => sum + count, 0);
      if (total >= NEEDED)
        return ok(`${source}: ${own.map(({ start, count }) => `${count} from ${start}`).join(', ')}`);
      const found = total === 0 ? `no range for ${host.user}` : `only ${total} ids for ${host.user}`;
      return curable(`${source}: ${found}, needed: ${NEEDED}`, await remedyFor(host, id, ranges, service));
    },
  };
}

/**
 * Where nsswitch.conf hands subordinate ids to a directory service (`subid: sss`), the files are not
 * read by newuidmap, so getsubids of the same package is asked.
 */
async function readRanges(host: Host, id: 'subuid' | 'subgid'): Promise<Ranges> {
  const service = /^\s*subid:\s*(\S+)/m.exec((await host.readFile('/etc/nsswitch.conf')) ?? '')?.[1] ?? FILES;
  if (service === FILES) {
    const text = (await host.readFile(`/etc/${id}`)) ?? '';
    return { ranges: parseRanges(text, ':'), source: `/etc/${id}`, service };
  }
  const args = id === 'subgid' ? ['-g', host.user] : [host.user];
  const result = await host.runner.run({ file: 'getsubids', args, effect: 'read', timeoutMs: 3_000 });
  // `0: alice 100000 65536`
  const ranges = parseRanges(result.stdout.replaceAll(/^\d+:\s*/gm, ''), ' ');
  return {
    ranges: result.notFound ? undefined : ranges,
    source: `getsubids (nsswitch.conf: subid: ${service})`,
    service,
  };
}

/** Ids that nobody has, so that the line can be used as it stands. */
async function remedyFor(
  host: Host,
  file: 'subuid' | 'subgid',
  ranges: readonly Range[],
  service: string,
): Promise<Remedy> {
  if (service !== FILES) {
    const text = `Have ${NEEDED} ids given to ${host.user} by ${service}, which holds them for this host: /etc/${file} is not read`;
    return { kind: 'manual', text };
  }
  const start = firstFree(ranges);
  const local = (await host.readFile('/etc/passwd'))?.split('\n').some((line) => line.startsWith(`${host.user}:`));
  return { kind: 'subids', file, user: host.user, start, count: NEEDED, local: local === true };
}

/**
 * The lowest ids from 100000 on that nobody has, as useradd gives them: a user whose line was lost gets the same ids
 * again, and with them the images and volumes that are there.
 */
function firstFree(ranges: readonly Range[]): number {
  let start = 100_000;
  for (const each of ranges.toSorted((a, b) => a.start - b.start)) {
    if (each.start >= start + NEEDED) break;
    start = Math.max(start, each.start + each.count);
  }
  return start;
}
