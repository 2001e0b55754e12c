// What is known of a running lab, read from its state folder and /proc. Nothing is remembered elsewhere.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { hostOf } from './names.mjs';
import { run } from './run.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */
/** @typedef {import('./names.mjs').Host} Host */

/**
 * @typedef {object} Boot how a host was started last
 * @property {number} pid of the user-mode kernel
 * @property {string} started its start time in clock ticks, so that a reused pid is never taken for it
 * @property {import('./names.mjs').Suite} suite of Debian, the one its disk began with
 * @property {string} kernel @property {string} memory @property {number} cpu @property {string} disk
 */

/** Is `dir` a mount point? @param {string} dir */
export const mounted = (dir) => readFileSync('/proc/self/mounts', 'utf8').includes(` ${dir} `);

/** Makes the state folder: a tmpfs of its own, so that unmounting it frees all memory. @param {Lab} lab */
export async function makeStateDir(lab) {
  mkdirSync(lab.dir, { recursive: true, mode: 0o700 });
  if (mounted(lab.dir)) return;
  const options = `size=${Math.floor(totalmem() * 0.95)},mode=0700`;
  await run('mount', ['-t', 'tmpfs', '-o', options, lab.netns, lab.dir], { seconds: 20 });
}

/** Hosts of a lab that were started at least once. @param {Lab} lab @returns {Host[]} */
export function knownHosts(lab) {
  if (!existsSync(lab.dir)) return [];
  return readdirSync(lab.dir)
    .filter((name) => /^h[1-9]$/.test(name))
    .sort()
    .map((name) => hostOf(lab, Number(name.slice(1))));
}

/** @param {Host} host @returns {Boot | undefined} */
export function lastBoot(host) {
  try {
    return JSON.parse(readFileSync(join(host.dir, 'boot.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {Host} host @param {Boot} boot */
export function recordBoot(host, boot) {
  writeFileSync(join(host.dir, 'boot.json'), JSON.stringify(boot));
}

/** Fields of /proc/PID/stat after the command name; undefined when there is no such live process. @param {number} pid */
function procStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(fields[0]) ? undefined : fields;
  } catch {
    return undefined;
  }
}

/** Start time of a process in clock ticks since the machine booted. @param {number} pid */
export const startTime = (pid) => procStat(pid)?.[19] ?? '';

/** The last boot, if its kernel still runs. @param {Host} host @returns {Boot | undefined} */
export function running(host) {
  const boot = lastBoot(host);
  return boot !== undefined && startTime(boot.pid) === boot.started ? boot : undefined;
}

/** Seconds since a host's kernel was started. @param {Boot} boot */
export function uptime(boot) {
  const machine = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return machine - Number(boot.started) / 100; // USER_HZ is 100 on every architecture Debian has
}

/** Bytes a host's memory really takes: pages of its memory file that were ever touched. @param {Host} host @param {Boot} boot */
export function memoryUsed(host, boot) {
  const fds = `/proc/${boot.pid}/fd`;
  try {
    for (const fd of readdirSync(fds)) {
      const target = readlinkSync(join(fds, fd)); // the memory file has no name: "DIR/#13 (deleted)"
      if (target.startsWith(`${host.dir}/`) && target.endsWith(' (deleted)'))
        return statSync(join(fds, fd)).blocks * 512;
    }
  } catch {
    /* it ended meanwhile */
  }
  return 0;
}

/** Bytes of disk a host changed. @param {Host} host */
export const diskUsed = (host) => (existsSync(host.cow) ? statSync(host.cow).blocks * 512 : 0);
