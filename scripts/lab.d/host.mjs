// One host: a user-mode Linux kernel started, waited for, stopped.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { inside } from './net.mjs';
import { kill, lastLines, until } from './run.mjs';
import { LabError } from './say.mjs';
import { forgetConnections, inHost } from './ssh.mjs';
import { recordBoot, running, startTime } from './state.mjs';

/** @typedef {import('./names.mjs').Host} Host */
/** @typedef {import('./state.mjs').Boot} Boot */
/** @typedef {Omit<Boot, 'pid' | 'started'>} How */

/** Deadlines in seconds, some ten times what an idle machine with two cores needs. */
const deadlines = { boot: 120, engine: 120, poweroff: 120, killed: 20 };

/**
 * Starts a host and returns at once.
 * @param {Host} host @param {How} how
 */
export function boot(host, { suite, kernel, memory, cpu, disk }) {
  mkdirSync(host.dir, { recursive: true });
  forgetConnections(host);
  appendFileSync(host.log, `\n=== ${host.name} starts at ${new Date().toISOString()}\n`);
  const console = openSync(host.log, 'a');
  const [file, ...netns] = inside(host.lab);
  const child = spawn(
    file,
    [
      ...netns,
      // Switching CPUs costs a user-mode kernel dearly: a system call takes 8 µs pinned and 60 to 78 µs not.
      'taskset',
      '-c',
      String(cpu),
      kernel,
      `mem=${memory}`,
      'root=/dev/ubda',
      'rw',
      `ubd0=${disk}`,
      'con=null',
      'con0=null,fd:1',
      // `raw` on a veth end: the tap transport panics. A fixed MAC: neighbours would keep the old one after a reboot.
      `vec0:transport=raw,ifname=vg${host.index},depth=128,gro=1,mac=02:00:0a:63:00:1${host.index}`,
      `umid=${host.name}`,
      `uml_dir=${host.dir}/`,
      'seccomp=auto',
      'TERM=dumb', // no colours and no moving cursor on the console
      `systemd.hostname=${host.name}`,
      `systemd.machine_id=${machineId(host)}`,
      `lab.address=${host.address}/24`,
    ],
    {
      detached: true,
      stdio: ['ignore', console, console],
      env: { PATH: process.env.PATH, HOME: '/', TMPDIR: host.dir }, // the guest's memory is a file in TMPDIR
    },
  );
  closeSync(console);
  child.on('error', () => {}); // seen as a kernel that does not run
  child.unref();
  if (child.pid === undefined) throw new LabError(`${host.name}: cannot start ${file}`);
  recordBoot(host, { pid: child.pid, started: startTime(child.pid), suite, kernel, memory, cpu, disk });
}

/** The same at every boot of a host, different for every host. @param {Host} host */
const machineId = (host) => createHash('sha256').update(`${host.lab.name}/${host.name}`).digest('hex').slice(0, 32);

/** Error text that ends with what the host said last. @param {Host} host @param {string} what */
const withConsole = (host, what) =>
  `${host.name}: ${what}. Last lines of its console (${host.log}):\n${lastLines(host.log, 15)}`;

/** Waits until root can log in. @param {Host} host */
export async function waitForSsh(host) {
  await until(
    deadlines.boot,
    async () => {
      if (!running(host)) throw new LabError(withConsole(host, 'its kernel ended before ssh answered'));
      const { code } = await inHost(host, 'root', 'true', { seconds: 10, mayFail: true }).catch(() => ({ code: 1 }));
      return code === 0 ? true : undefined;
    },
    () => withConsole(host, `ssh did not answer within ${deadlines.boot} s`),
  );
}

/** What must answer on a host before it is of use: whose engine, how it is asked for its version, what starts it. */
const engines = [
  { user: 'alice', name: 'Podman', ask: "podman version --format '{{.Client.Version}}'", unit: 'podman' },
  { user: 'bob', name: 'Docker', ask: "docker version --format '{{.Server.Version}}'", unit: 'docker' },
  {
    user: 'carol',
    name: 'nerdctl',
    ask: "nerdctl version --format '{{.Client.Version}}, containerd {{(index .Server.Components 0).Version}}'",
    unit: 'containerd',
  },
];

/** Waits until all engines answer; gives their versions. @param {Host} host */
export function waitForEngines(host) {
  return Promise.all(engines.map(async (engine) => ({ ...engine, version: await waitForEngine(host, engine) })));
}

/** @param {Host} host @param {typeof engines[number]} engine @returns {Promise<string>} */
async function waitForEngine(host, { user, name, ask, unit }) {
  let last = '';
  return until(
    deadlines.engine,
    async () => {
      const { code, stdout, stderr } = await inHost(host, user, ask, { seconds: 30, mayFail: true });
      last = stderr.trim();
      return code === 0 ? stdout.trim() : undefined;
    },
    () =>
      withConsole(
        host,
        `${name} of ${user} did not answer within ${deadlines.engine} s (${last}); see it with: lab ssh ${user}@${host.index} journalctl --user -u ${unit}`,
      ),
  );
}

/** Shuts a host down in good order. @param {Host} host */
export async function powerOff(host) {
  // The connection may break before the answer comes: only the kernel's end counts.
  await inHost(host, 'root', 'systemctl poweroff', { seconds: 30, mayFail: true }).catch(() => {});
  await until(
    deadlines.poweroff,
    () => (running(host) ? undefined : true),
    () => withConsole(host, `still runs ${deadlines.poweroff} s after poweroff`),
  );
}

/** Ends a host as a power failure does. Its helper processes die with the kernel (they asked for it: PR_SET_PDEATHSIG). @param {Host} host */
export async function powerFailure(host) {
  const boot = running(host);
  if (!boot) return;
  kill(boot.pid, 'SIGKILL');
  await until(
    deadlines.killed,
    () => (running(host) ? undefined : true),
    () => `${host.name}: process ${boot.pid} still runs ${deadlines.killed} s after SIGKILL`,
  );
}
