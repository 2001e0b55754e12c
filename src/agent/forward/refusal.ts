import { readFile } from 'node:fs/promises';
import { RkubeError } from '../../core/errors.ts';
import { holder } from '../../host/holder.ts';
import type { HostPort } from '../types.ts';
import { keyOf } from './port.ts';

const SYSCTL = 'net.ipv4.ip_unprivileged_port_start';
const SYSCTL_FILE = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

/**
 * Why a port could not be opened, as an error for people.
 * @param code of bind(2) or listen(2)
 * @param said what the one that tried said itself
 */
export async function refusal(port: HostPort, code: string, said: string): Promise<RkubeError> {
  const what = `Port ${keyOf(port)} of the host`;
  const details = [said];
  if (code === 'EADDRINUSE') {
    return new RkubeError({
      id: 'port-taken',
      message: `${what} is held by ${await holder(port.protocol, port.port)}`,
      next: 'End that process, or choose another port.',
      details,
    });
  }
  if (code === 'EACCES') {
    const first = (await readFile(SYSCTL_FILE, 'utf8').catch(() => 'not readable')).trim();
    return new RkubeError({
      id: 'port-refused',
      message: `${what} is for administrators: ${SYSCTL} is ${first}`,
      next: `Choose a port from ${first} on, or have an administrator set ${SYSCTL}=${port.port}.`,
      details,
    });
  }
  if (code === 'EADDRNOTAVAIL') {
    return new RkubeError({
      id: 'port-refused',
      message: `${what} can not be opened: the host has no address ${port.address}`,
      next: 'Choose an address of this host, or 0.0.0.0 for all of them.',
      details,
    });
  }
  return new RkubeError({ id: 'port-failed', message: `${what} could not be opened: ${said}` });
}
