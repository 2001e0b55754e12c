// Where everything of a lab is, and what it is called.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from './say.mjs';

/** The folder of these files, and the checkout it belongs to. */
export const here = dirname(fileURLToPath(import.meta.url));
export const checkout = dirname(dirname(here));

/** What is built once: kernel, root file system, base disk. */
export const cache = join(process.env.RKUBE_CACHE ?? join(homedir(), '.cache/rkube'), 'lab');

export const maxHosts = 9;
export const gateway = '10.99.0.1';
export const users = ['root', 'alice', 'bob', 'carol'];

/** Debian suites hosts can be of; the first is taken when none is named. */
export const suites = /** @type {const} */ (['trixie', 'forky']);

/** @typedef {typeof suites[number]} Suite */

/**
 * @typedef {object} Lab an independent set of hosts
 * @property {string} name
 * @property {string} netns network namespace, with the bridge all hosts are on
 * @property {string} dir all state: a tmpfs of its own, which also holds the hosts' memory and changed disk blocks
 */

/** @param {string} [name] @returns {Lab} */
export function labNamed(name = process.env.RKUBE_LAB || 'rkube') {
  // 40 characters keep the path of the kernel's control socket under the 108 a socket address may have.
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    throw new LabError(`RKUBE_LAB: expected lower case letters, digits and "-", at most 40, found "${name}"`, 2);
  }
  return { name, netns: `rkube-lab-${name}`, dir: `/dev/shm/rkube-lab-${name}` };
}

/**
 * @typedef {object} Host
 * @property {Lab} lab
 * @property {number} index 1 to 9
 * @property {string} name host1 …
 * @property {string} address of its own number, unless `lab readdress` gave it another
 * @property {string} dir
 * @property {string} log console, all boots
 * @property {string} cow blocks this host changed, over the base disk
 */

/** @param {Lab} lab @param {number} index @returns {Host} */
export function hostOf(lab, index) {
  const dir = join(lab.dir, `h${index}`);
  return {
    lab,
    index,
    name: `host${index}`,
    address: givenAddress(dir) ?? `10.99.0.1${index}`,
    dir,
    log: join(dir, 'console.log'),
    cow: join(dir, 'disk.cow'),
  };
}

/** The file that holds the address `lab readdress` gave to a host. @param {string} dir of the host */
export const addressFile = (dir) => join(dir, 'address');

/** @param {string} dir @returns {string | undefined} */
function givenAddress(dir) {
  return existsSync(addressFile(dir)) ? readFileSync(addressFile(dir), 'utf8') : undefined;
}

/** Reads a host's number off the command line. @param {string | undefined} text @returns {number} */
export function hostIndex(text) {
  const index = Number((text ?? '').replace(/^host/, ''));
  if (Number.isInteger(index) && index >= 1 && index <= maxHosts) return index;
  throw new LabError(`expected a host, 1 to ${maxHosts}, found "${text ?? ''}"`, 2);
}

/** Reads a suite off the command line. @param {string} text @returns {Suite} */
export function suiteNamed(text) {
  const suite = suites.find((name) => name === text);
  if (suite !== undefined) return suite;
  throw new LabError(`--suite: expected ${suites.join(' or ')}, found "${text}"`, 2);
}

/** The link in a lab's folder to the base disk its hosts of a suite stand on. @param {Lab} lab @param {Suite} suite */
export const baseLink = (lab, suite) => join(lab.dir, `base-${suite}.img`);

/** CPUs this process may use. @returns {number[]} */
export function cpus() {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}
