// Hosts up, stopped, started again.
import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { tearDown } from './down.mjs';
import { boot, powerFailure, powerOff, waitForEngines, waitForSsh } from './host.mjs';
import { pack, unpack } from './install.mjs';
import { baseLink, checkout, cpus, hostOf } from './names.mjs';
import { makeNetwork } from './net.mjs';
import { LabError, say, table } from './say.mjs';
import { writeSshConfig } from './ssh.mjs';
import { knownHosts, lastBoot, makeStateDir, running } from './state.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */
/** @typedef {import('./names.mjs').Host} Host */
/** @typedef {import('./names.mjs').Suite} Suite */

/**
 * Hosts 1 to `count` up; those that are up stay as they are, those that were keep their disk and so their suite.
 * @param {Lab} lab @param {number} count @param {{suite: Suite, memory: string, fresh: boolean}} options
 */
export async function up(lab, count, { suite, memory, fresh }) {
  const { kernel, keys, disk } = await build(suite);
  if (fresh) await tearDown(lab);
  const hosts = Array.from({ length: count }, (_, index) => hostOf(lab, index + 1));
  const down = hosts.filter((host) => !running(host));
  checkMemory(down.length, memory);
  await makeStateDir(lab);
  await makeNetwork(lab);
  // The link tells the cache what running labs stand on, and keeps commas in paths off the kernel's command line.
  const base = baseLink(lab, suite);
  const known = knownHosts(lab);
  if (known.length === 0) writeSshConfig(lab, keys);
  if (!known.some((host) => lastBoot(host)?.suite === suite)) {
    rmSync(base, { force: true });
    symlinkSync(disk, base);
  } else if (readlinkSync(base) !== disk) {
    say(`NOTE: ${suite} hosts of this lab stand on an older base disk; \`lab up --fresh\` takes the new one`);
  }
  for (const host of down)
    boot(host, lastBoot(host) ?? { suite, kernel, memory, cpu: cpuFor(host), disk: `${host.cow},${base}` });
  const ready = await settleAll(hosts, existsSync(join(checkout, 'dist')) ? down : []);
  table([
    ['HOST', 'ADDRESS', 'SUITE', 'USER', 'ENGINE'],
    ...hosts.flatMap((host, index) =>
      ready[index].map(({ user, name, version }) => [
        host.name,
        host.address,
        lastBoot(host)?.suite ?? '',
        user,
        `${name} ${version}`,
      ]),
    ),
  ]);
}

/**
 * CPUs in turn, there and back, from the one that RKUBE_LAB_CPU counts to: first hosts have most work, so the last ones
 * share theirs. @param {Host} host
 */
function cpuFor(host) {
  const available = cpus();
  const first = Number(process.env.RKUBE_LAB_CPU ?? 0);
  const there = available.map((_, index) => available[(index + first) % available.length]);
  const turns = [...there, ...there.toReversed()];
  return turns[(host.index - 1) % turns.length];
}

/**
 * Waits until hosts are of use; those of `fresh` get rkube, packed while they boot.
 * @param {Host[]} hosts @param {Host[]} fresh
 */
async function settleAll(hosts, fresh) {
  const archive = fresh.length > 0 ? pack() : undefined;
  archive?.catch(() => {}); // reported where it is awaited, below
  try {
    return await Promise.all(
      hosts.map(async (host) => {
        await waitForSsh(host);
        say(`${host.name}: ssh answers`);
        if (archive && fresh.includes(host)) await unpack(host, await archive);
        const engines = await waitForEngines(host);
        say(`${host.name}: engines answer`);
        return engines;
      }),
    );
  } finally {
    await archive?.then(
      (file) => rmSync(file, { force: true }),
      () => {},
    );
  }
}

/** @param {number} count @param {string} memory */
function checkMemory(count, memory) {
  const wanted = (count * Number(memory.slice(0, -1)) * (memory.endsWith('G') ? 1024 : 1)) / 1024;
  const [total, free] = [totalmem(), freemem()].map((bytes) => bytes / 2 ** 30);
  if (wanted > total * 0.95) {
    throw new LabError(
      `${count} hosts with ${memory} want ${wanted} GiB, this machine has ${total.toFixed(1)}: fewer hosts, or less with --memory`,
      3,
    );
  }
  if (wanted > free) say(`NOTE: hosts may take ${wanted} GiB in all, ${free.toFixed(1)} GiB are free now`);
}

/** @param {Host} host @param {boolean} hard */
export async function stop(host, hard) {
  if (!running(host)) return say(`${host.name}: is not running`);
  if (hard || !(await shutDown(host))) {
    await powerFailure(host);
    return say(`${host.name}: ended as by a power failure`);
  }
  say(`${host.name}: shut down`);
}

/** Whether it went down. The last writes of a guest may hang for ever: then its power is cut, as a person would. @param {Host} host */
async function shutDown(host) {
  try {
    await powerOff(host);
    return true;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    say(`NOTE: ${error.message}`);
    return false;
  }
}

/** Starts a stopped host with the disk it had. @param {Host} host */
export async function start(host) {
  const last = lastBoot(host);
  if (!last) throw new LabError(`${host.name} was never started: lab up ${host.index}`, 2);
  if (running(host)) say(`${host.name}: is running`);
  else boot(host, last);
  await settleAll([host], []);
}
