// Another address for a host, as a DHCP server may give it one: at once when it runs, else from its next boot on.
import { writeFileSync } from 'node:fs';
import { waitForSsh } from './host.mjs';
import { addressFile, gateway, hostOf, maxHosts } from './names.mjs';
import { LabError, say } from './say.mjs';
import { forgetConnections, inHost, writeSshConfig } from './ssh.mjs';
import { knownHosts, running } from './state.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */

/** @param {Lab} lab @param {number} index @param {string | undefined} address */
export async function readdress(lab, index, address = '') {
  const host = hostOf(lab, index);
  if (!/^10\.99\.0\.([2-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address))
    throw new LabError(`expected an address from 10.99.0.2 to 10.99.0.254, found "${address}"`, 2);
  const others = Array.from({ length: maxHosts }, (_, other) => hostOf(lab, other + 1));
  const holder = others.find((other) => other.address === address && other.index !== index);
  if (holder) throw new LabError(`${address} is ${holder.name}'s`, 2);
  if (!knownHosts(lab).some((known) => known.index === index))
    throw new LabError(`${host.name} was never started: lab up ${index}`, 2);
  if (running(host)) {
    // The connection ends with the address.
    const change = `ip address flush dev vec0; ip address add ${address}/24 dev vec0; ip route replace default via ${gateway}`;
    await inHost(host, 'root', `systemd-run --collect sh -c '${change}'`, { seconds: 20 });
  }
  forgetConnections(host);
  writeFileSync(addressFile(host.dir), address);
  writeSshConfig(lab);
  if (running(host)) await waitForSsh(hostOf(lab, index));
  // What DNS would do.
  for (const known of knownHosts(lab).filter(running))
    await inHost(known, 'root', `sed -i 's/^[0-9.]* ${host.name}$/${address} ${host.name}/' /etc/hosts`, {
      seconds: 60,
    });
  say(`${host.name}: ${host.address} is ${address} now`);
}
