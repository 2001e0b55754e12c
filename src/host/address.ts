import { RkubeError } from '../core/errors.ts';
import type { HostAddress } from './types.ts';

/** The address other hosts will use, or why it can not be told. */
export type AddressChoice =
  | { readonly address: string; readonly why: string }
  | { readonly problem: string; readonly next: string };

/** Interfaces that container and virtual machine tools make: other hosts never reach this host there. */
const INNER = /^(docker\d|br-[0-9a-f]{12}$|virbr|cni|podman|veth|flannel|lxcbr|lxdbr|nerdctl|cali|vnet|kube-)/;

/** Whether a tool for containers or virtual machines made the interface. */
export const isInner = (name: string): boolean => INNER.test(name);

/** Addresses that other hosts may reach, in the kernel's order. */
function reachable(addresses: readonly HostAddress[]): HostAddress[] {
  return addresses.filter(({ address, interface: name }) => !/^(127|169\.254)\./.test(address) && !isInner(name));
}

/** Picks the host address when the user did not: the default route's, else the only one there is. */
export function defaultHostAddress(addresses: readonly HostAddress[]): AddressChoice {
  const candidates = reachable(addresses);
  const routed = addresses.find((each) => each.defaultRoute && !each.address.startsWith('127.'));
  if (routed) return { address: routed.address, why: `address of ${routed.interface}, which has the default route` };
  const [only, ...others] = candidates;
  if (only && others.length === 0)
    return { address: only.address, why: `only address of this host (${only.interface})` };
  if (!only) {
    return {
      problem: `No IPv4 address that other hosts could reach; this host has ${listAddresses(addresses)}`,
      next: 'Connect the host to a network, or name its address: --address 192.0.2.10',
    };
  }
  return {
    problem: `This host has several IPv4 addresses and no default route: ${listAddresses(candidates)}`,
    next: `Name the one other hosts reach: --address ${only.address}`,
  };
}

/** @throws RkubeError `no-host-address`, exit 3, when there is none to choose */
export function presentAddress(addresses: readonly HostAddress[]): string {
  const choice = defaultHostAddress(addresses);
  if ('address' in choice) return choice.address;
  throw new RkubeError({ id: 'no-host-address', message: choice.problem, next: choice.next, exitCode: 3 });
}

/** `10.0.0.5 (eth0), 10.1.0.5 (eth1)` */
export function listAddresses(addresses: readonly HostAddress[]): string {
  return addresses.map((each) => `${each.address} (${each.interface})`).join(', ') || 'none';
}
