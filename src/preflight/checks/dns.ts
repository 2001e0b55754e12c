import { ok, problem } from '../finding.ts';
import type { Check } from '../types.ts';

const FILE = '/etc/resolv.conf';
/** Engines read this one where FILE has systemd-resolved's stub alone, which answers on the host only. */
const BEHIND_STUB = '/run/systemd/resolve/resolv.conf';
const STUB = '127.0.0.53';
/** The kubelet cuts longer lists (kubernetes pkg/apis/core/validation: MaxDNSSearchPaths, MaxDNSSearchListChars). */
const MOST = { domains: 32, characters: 2048 };
/** Domains that the kubelet puts before the host's: NAMESPACE.svc.cluster.local and two shorter ones. */
const OWN = { domains: 3, characters: 110 };

export const dns: Check = {
  id: 'dns',
  title: 'pods can take over how this host resolves names',
  severity: 'warning',
  probe: async ({ host }) => {
    const first = parse((await host.readFile(FILE)) ?? '');
    const stub = first.servers.length === 1 && first.servers[0] === STUB ? await host.readFile(BEHIND_STUB) : undefined;
    const [file, { servers, search }] = stub === undefined ? [FILE, first] : [BEHIND_STUB, parse(stub)];
    const characters = search.join(' ').length;
    const evidence = `${file}: servers ${servers.join(' ') || 'none'}, ${search.length} search domains`;
    if (search.length > MOST.domains - OWN.domains || characters > MOST.characters - OWN.characters) {
      return problem(
        `${evidence} (${characters} characters), more than the kubelet passes on to pods: the last ones are cut off`,
        `Take search domains out of ${file} that pods do not need`,
      );
    }
    if (servers.length === 0) return ok(`${evidence}: only names of the cluster resolve`);
    const far = servers.some((server) => !/^(127\.|::1$)/.test(server));
    return ok(far ? evidence : `${evidence}: on this host alone, so the engine's network asks them in the pods' place`);
  },
};

/** resolv.conf(5): the last `search` or `domain` counts. */
function parse(text: string): { readonly servers: readonly string[]; readonly search: readonly string[] } {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return {
    servers: lines.flatMap(([word, server]) => (word === 'nameserver' && server ? [server] : [])),
    search: lines.findLast(([word]) => word === 'search' || word === 'domain')?.slice(1) ?? [],
  };
}
