import type { Host } from '../../host/types.ts';
import { ok, problem } from '../finding.ts';
import type { Check } from '../types.ts';

/** Pods use ids up to 65534 (nobody). */
const NEEDED = 65_536;

interface Range {
  readonly owner: string;
  readonly start: number;
  readonly count: number;
}

export const subuid = subidCheck('subuid', 'user');
export const subgid = subidCheck('subgid', 'group');

function subidCheck(id: 'subuid' | 'subgid', kind: 'user' | 'group'): Check {
  return {
    id,
    title: `the user has at least ${NEEDED} subordinate ${kind} ids`,
    severity: 'fatal',
    root: true,
    probe: async ({ host }) => {
      const { ranges, source } = await readRanges(host, id);
      const own = ranges.filter(({ owner }) => owner === host.user || owner === String(host.uid));
      const total = own.reduce((sum, { count }) => sum + count, 0);
      if (total >= NEEDED)
        return ok(`${source}: ${own.map(({ start, count }) => `${count} from ${start}`).join(', ')}`);
      const found = total === 0 ? `no range for ${host.user}` : `only ${total} ids for ${host.user}`;
      return problem(`${source}: ${found}, needed: ${NEEDED}`, await fixFor(host, id, ranges));
    },
  };
}

/**
 * Where nsswitch.conf hands subordinate ids to a directory service (`subid: sss`), the files are not
 * read by newuidmap, so getsubids of the same package is asked.
 */
async function readRanges(host: Host, id: 'subuid' | 'subgid'): Promise<{ ranges: Range[]; source: string }> {
  const service = /^\s*subid:\s*(\S+)/m.exec((await host.readFile('/etc/nsswitch.conf')) ?? '')?.[1];
  if (service === undefined || service === 'files') {
    const text = (await host.readFile(`/etc/${id}`)) ?? '';
    return { ranges: parseRanges(text, ':'), source: `/etc/${id}` };
  }
  const args = id === 'subgid' ? ['-g', host.user] : [host.user];
  const result = await host.runner.run({ file: 'getsubids', args, effect: 'read', timeoutMs: 3_000 });
  // `0: alice 100000 65536`
  const ranges = parseRanges(result.stdout.replaceAll(/^\d+:\s*/gm, ''), ' ');
  return { ranges, source: `getsubids (nsswitch.conf: subid: ${service})` };
}

function parseRanges(text: string, separator: string): Range[] {
  return text.split('\n').flatMap((line) => {
    const [owner = '', start, count] = line.trim().split(separator);
    const range = { owner, start: Number(start), count: Number(count) };
    return owner && !owner.startsWith('#') && range.count > 0 && range.start >= 0 ? [range] : [];
  });
}

/** The first ids above everybody's, so that the line can be used as it stands. */
async function fixFor(host: Host, id: 'subuid' | 'subgid', ranges: readonly Range[]): Promise<string> {
  const start = Math.max(100_000, ...ranges.map((each) => each.start + each.count));
  const local = (await host.readFile('/etc/passwd'))?.split('\n').some((line) => line.startsWith(`${host.user}:`));
  // usermod only knows users of /etc/passwd; users of a directory service get a line of their own.
  return local
    ? `usermod --add-${id}s ${start}-${start + NEEDED - 1} ${host.user}`
    : `echo ${host.user}:${start}:${NEEDED} >> /etc/${id}`;
}
