import { contains, parseAddress, parseRange } from '../config/ipv4.ts';

/** What programs written in Go make of NO_PROXY (golang.org/x/net/http/httpproxy), as far as rkube needs it. */
export function bypasses(noProxy: string, target: string): boolean {
  return noProxy
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => entry === '*' || matches(entry, target));
}

function matches(entry: string, target: string): boolean {
  const range = parseRange(target);
  const address = parseAddress(target);
  const excluded = parseRange(entry);
  if (range !== undefined) {
    return excluded !== undefined && excluded.first <= range.first && range.last <= excluded.last;
  }
  if (address !== undefined) return entry === target || (excluded !== undefined && contains(excluded, address));
  // `example.com` and `.example.com` are for names below it, the former for itself too; `*.` is the same as `.`.
  const domain = entry.replace(/^\*\./, '.');
  return domain.startsWith('.') ? target.endsWith(domain) : target === domain || target.endsWith(`.${domain}`);
}
