// Taking a lab away, whole: hosts, network, state. Works on whatever a failed `up` left, too.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { powerFailure } from './host.mjs';
import { processesIn, removeNetwork } from './net.mjs';
import { kill, run, until } from './run.mjs';
import { knownHosts, lastBoot, mounted, running } from './state.mjs';

/** @typedef {import('./names.mjs').Lab} Lab */

/** Removes everything of a lab; nothing to remove is fine. @param {Lab} lab */
export async function tearDown(lab) {
  await Promise.all(knownHosts(lab).map(powerFailure));
  // Whatever else is in the lab's own network: kernels that never got recorded, open ssh connections.
  await until(
    20,
    async () => {
      const left = await processesIn(lab);
      for (const pid of left) kill(pid, 'SIGKILL');
      return left.length === 0 ? true : undefined;
    },
    () =>
      `lab ${lab.name}: processes in network namespace ${lab.netns} outlived SIGKILL; see them with: ip netns pids ${lab.netns}`,
  );
  await removeNetwork(lab);
  // For a moment after a kernel's end its memory, gigabytes, is still being freed.
  if (mounted(lab.dir)) {
    await until(
      30,
      async () => ((await run('umount', [lab.dir], { seconds: 20, mayFail: true })).code === 0 ? true : undefined),
      () => `lab ${lab.name}: ${lab.dir} stays busy; see by whom with: fuser -vm ${lab.dir}`,
    );
  }
  rmSync(lab.dir, { recursive: true, force: true });
}

/** As much of that as can be done at once, for a process that must leave. @param {Lab} lab */
export function tearDownNow(lab) {
  for (const host of knownHosts(lab)) {
    if (running(host)) kill(lastBoot(host)?.pid ?? 0, 'SIGKILL');
  }
  spawnSync('ip', ['netns', 'delete', lab.netns], { timeout: 10_000, stdio: 'ignore' });
  spawnSync('umount', ['--lazy', lab.dir], { timeout: 10_000, stdio: 'ignore' });
  if (existsSync(lab.dir) && !mounted(lab.dir)) rmSync(lab.dir, { recursive: true, force: true });
}
