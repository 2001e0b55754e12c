// What a single value must be. A rule returns the requirement that is not met, to complete "must be …".

import { contains, formatRange, overlaps, parseAddress, parseRange } from './ipv4.ts';
import { parsePublish } from './publish.ts';
import { ENGINE_KINDS } from './types.ts';

/** @returns what the value must be, or undefined when it is. */
export type Rule = (value: unknown) => string | undefined;

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** An RFC 1123 label of at most `max` characters: what Kubernetes and engines both take as a name. */
export function label(max: number): Rule {
  return (value) => {
    const text = String(value);
    if (/[A-Z]/.test(text)) return `lower case (try "${text.toLowerCase()}")`;
    if (text.length > max) return `at most ${max} characters long`;
    return LABEL.test(text) ? undefined : 'letters a-z, digits and "-", beginning and ending with a letter or digit';
  };
}

export const engine: Rule = (value) => {
  const known: readonly unknown[] = ['auto', ...ENGINE_KINDS];
  return known.includes(value) ? undefined : `one of ${known.join(', ')}`;
};

/** An image reference as engines take it; empty means that rkube chooses. */
export const image: Rule = (value) =>
  /^[\w./:@-]*$/.test(String(value)) ? undefined : 'an image reference such as docker.io/kindest/node:v1.36.3';

export const version: Rule = (value) =>
  /^v?\d+\.\d+\.\d+$/.test(String(value)) ? undefined : 'a Kubernetes release such as v1.36.3';

/** Ranges no host or pod can use: this-network, loopback, multicast and reserved (RFC 6890). */
const RESERVED = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3'].flatMap((text) => parseRange(text) ?? []);

export const address: Rule = (value) => {
  const found = parseAddress(String(value));
  if (found === undefined) return 'an IPv4 address such as 192.0.2.7';
  const reserved = RESERVED.find((each) => contains(each, found));
  return reserved && `an address other hosts can reach, not one of ${formatRange(reserved)}`;
};

export const anyAddress: Rule = (value) =>
  parseAddress(String(value)) === undefined ? 'an IPv4 address such as 192.0.2.7, 127.0.0.1 or 0.0.0.0' : undefined;

export function port(min: number, max: number, also = ''): Rule {
  return (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : `a port number from ${Math.max(1, min)} to ${max}${also}`;
}

export function bytes(min: number, max: number): Rule {
  return (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : `a number of bytes from ${min} to ${max}`;
}

/** A range in CIDR notation whose prefix length lies between `widest` and `narrowest`. */
export function range(widest: number, narrowest: number): Rule {
  return (value) => {
    const found = parseRange(String(value));
    if (!found) return 'an IPv4 range such as 10.244.0.0/16';
    if (formatRange(found) !== value) return `the first address of its range (${formatRange(found)})`;
    if (found.prefix < widest || found.prefix > narrowest) return `between /${widest} and /${narrowest} in size`;
    const reserved = RESERVED.find((each) => overlaps(found, each));
    return reserved && `outside ${formatRange(reserved)}`;
  };
}

export const publish: Rule = (value) =>
  parsePublish(String(value), '192.0.2.7')
    ? undefined
    : '[ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp|sctp], ports from 1 to 65535';

export const boolean: Rule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

export const anything: Rule = () => undefined;
