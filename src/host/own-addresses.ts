import { networkInterfaces } from 'node:os';
import { isInner } from './address.ts';

/** IPv4 addresses that this host has now and others may reach, without asking any program. */
export const ownAddresses = (): readonly string[] =>
  Object.entries(networkInterfaces())
    .filter(([name]) => !isInner(name))
    .flatMap(([, all = []]) =>
      all.flatMap(({ family, internal, address }) => (family === 'IPv4' && !internal ? address : [])),
    );
