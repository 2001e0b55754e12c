// IPv4 arithmetic. Addresses are unsigned 32-bit numbers; strict: no leading zeros, no short forms.

/** A range of addresses, `10.244.0.0/16`. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** The address as a number; undefined when the text is no IPv4 address. */
export function parseAddress(text: string): number | undefined {
  return ADDRESS.exec(text)
    ?.slice(1)
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Whether the text is a dotted IPv4 address. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The dotted form of an address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** The range that holds the address, host bits cleared; undefined when the text is not `ADDRESS/PREFIX`. */
export function parseRange(text: string): Range | undefined {
  const [, base = '', length = ''] = /^([\d.]+)\/(\d|[12]\d|3[012])$/.exec(text) ?? [];
  const address = parseAddress(base);
  if (address === undefined) return undefined;
  const prefix = Number(length);
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
}

/** `10.244.0.0/16` */
export function formatRange(range: Range): string {
  return `${formatAddress(range.first)}/${range.prefix}`;
}

/** Whether two ranges share an address. */
export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range holds the address. */
export function contains(range: Range, address: number): boolean {
  return range.first <= address && address <= range.last;
}
