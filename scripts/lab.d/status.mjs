// What runs, and what it costs.
import { readFileSync } from 'node:fs';
import { LabError, say, table } from './say.mjs';
import { inHost } from './ssh.mjs';
import { diskUsed, knownHosts, lastBoot, memoryUsed, running, uptime } from './state.mjs';

/** @typedef {import('./names.mjs').Host} Host */

/** @param {Host} host */
async function look(host) {
  const boot = running(host);
  const answers =
    boot !== undefined &&
    (await inHost(host, 'root', 'true', { seconds: 8, mayFail: true }).then(
      ({ code }) => code === 0,
      () => false,
    ));
  return {
    host: host.name,
    address: host.address,
    suite: lastBoot(host)?.suite ?? '',
    state: boot ? (answers ? 'up' : 'no ssh') : 'stopped',
    uptimeSeconds: boot ? Math.round(uptime(boot)) : 0,
    memory: lastBoot(host)?.memory ?? '',
    memoryUsedBytes: boot ? memoryUsed(host, boot) : 0,
    diskUsedBytes: diskUsed(host),
    cpu: lastBoot(host)?.cpu ?? 0,
    pid: boot?.pid ?? 0,
  };
}

/** @param {number} bytes */
const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** @param {import('./names.mjs').Lab} lab @param {boolean} json */
export async function status(lab, json) {
  const hosts = await Promise.all(knownHosts(lab).map(look));
  if (json) return void process.stdout.write(`${JSON.stringify({ lab: lab.name, hosts }, null, 2)}\n`);
  if (hosts.length === 0) return say(`lab ${lab.name}: no hosts; start some with: lab up 2`);
  table([
    ['HOST', 'ADDRESS', 'SUITE', 'STATE', 'UPTIME', 'MEMORY USED', 'DISK CHANGED', 'CPU', 'PID'],
    ...hosts.map((host) => [
      host.host,
      host.address,
      host.suite,
      host.state,
      `${host.uptimeSeconds} s`,
      `${mib(host.memoryUsedBytes)} of ${host.memory}`,
      mib(host.diskUsedBytes),
      String(host.cpu),
      String(host.pid || '-'),
    ]),
  ]);
}

/** Prints a host's console. @param {Host} host */
export function logs(host) {
  try {
    process.stdout.write(readFileSync(host.log));
  } catch {
    throw new LabError(
      `${host.name} has no console log (expected ${host.log}): it was never started; lab up ${host.index}`,
    );
  }
}
