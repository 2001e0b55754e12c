// The network of a lab: a namespace of its own with one bridge and no way out.
import { existsSync } from 'node:fs';
import { gateway, maxHosts } from './names.mjs';
import { run } from './run.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */

/** The words before a command that runs it in the lab's network. @param {Lab} lab @returns {[string, ...string[]]} */
export const inside = (lab) => ['ip', 'netns', 'exec', lab.netns];

/** Makes the namespace, the bridge and a veth pair for every host; what is there stays. @param {Lab} lab */
export async function makeNetwork(lab) {
  if (!existsSync(`/run/netns/${lab.netns}`)) await run('ip', ['netns', 'add', lab.netns], { seconds: 20 });
  const links = JSON.parse((await run('ip', ['-n', lab.netns, '-json', 'link'], { seconds: 20 })).stdout);
  const names = new Set(links.map((/** @type {{ifname: string}} */ link) => link.ifname));
  const steps = ['link set lo up'];
  if (!names.has('br0')) steps.push('link add br0 type bridge');
  steps.push(`address replace ${gateway}/24 dev br0`, 'link set br0 up');
  for (let index = 1; index <= maxHosts; index += 1) {
    // vh on the bridge; vg is what the user-mode kernel reads raw frames from.
    if (!names.has(`vh${index}`)) steps.push(`link add vh${index} type veth peer name vg${index}`);
    steps.push(`link set vh${index} master br0 up`, `link set vg${index} up`);
  }
  await run('ip', ['-n', lab.netns, '-batch', '-'], { seconds: 20, text: `${steps.join('\n')}\n` });
}

/** Processes in the lab's network: its hosts, and commands run into it. @param {Lab} lab @returns {Promise<number[]>} */
export async function processesIn(lab) {
  if (!existsSync(`/run/netns/${lab.netns}`)) return [];
  const { stdout } = await run('ip', ['netns', 'pids', lab.netns], { seconds: 20, mayFail: true });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Removes the namespace, and with it bridge and veth pairs. @param {Lab} lab */
export async function removeNetwork(lab) {
  if (existsSync(`/run/netns/${lab.netns}`)) await run('ip', ['netns', 'delete', lab.netns], { seconds: 20 });
}
