/** A line of /etc/subuid or /etc/subgid. */
export interface Range {
  /** Name or number of a user. */
  readonly owner: string;
  readonly start: number;
  readonly count: number;
}

/** Lines of subuid(5), or of getsubids(1) with a space for a separator. */
export function parseRanges(text: string, separator: string): Range[] {
  return text.split('\n').flatMap((line) => {
    const [owner = '', start, count] = line.trim().split(separator);
    const range = { owner, start: Number(start), count: Number(count) };
    return owner && !owner.startsWith('#') && range.count > 0 && range.start >= 0 ? [range] : [];
  });
}
