import { readDistribution } from '../../host/distribution.ts';
import type { Host } from '../../host/types.ts';
import { controllersAt, managerCgroup, NEEDED_CONTROLLERS as NEEDED, notYetInForce } from '../delegation.ts';
import { curable, manual, ok, skip } from '../finding.ts';
import type { Remedy } from '../remedy.ts';
import type { Check, CheckInput, Finding } from '../types.ts';

/** Kubernetes works without these; only CPU pinning and I/O limits are lost. */
const USEFUL = ['cpuset', 'io'];
const ROOT = '/sys/fs/cgroup';

export const cgroupControllers: Check = {
  id: 'cgroup-controllers',
  title: 'cgroup controllers cpu, memory and pids are delegated to the user',
  severity: 'fatal',
  root: true,
  probe: async (input) => {
    const { host, engine } = input;
    const kernel = await controllersAt(host, ROOT);
    if (kernel === undefined) return skip(`${ROOT}/cgroup.controllers is absent: nothing to delegate before cgroup v2`);
    if (missing(kernel).length > 0) return notInKernel(kernel);
    const manager = managerCgroup(host);
    const delegated = await controllersAt(host, manager);
    if (delegated) {
      const found = judge(`${manager}/cgroup.controllers`, delegated);
      const file = found.state === 'problem' ? await notYetInForce(host, missing(delegated)) : undefined;
      return file === undefined ? found : again(host, found.evidence, file);
    }
    // A daemon knows its own cgroup. Podman names those of its caller's, whoever owns it (podman#21575).
    if (engine?.controllers && engine.features.startsAtBoot === 'daemon')
      return judge(`${engine.kind} reports`, engine.controllers);
    return withoutManager(input, manager);
  },
};

const DELEGATION: Remedy = {
  kind: 'unit',
  path: '/etc/systemd/system/user@.service.d/delegate.conf',
  lines: ['[Service]', 'Delegate=cpu cpuset io memory pids'],
  afterwards: 'log out of all sessions and in again',
};

const missing = (controllers: readonly string[]): string[] => NEEDED.filter((name) => !controllers.includes(name));

const again = ({ user }: Host, evidence: string, file: string): Finding =>
  manual(
    `${evidence}; ${file} delegates them, but systemd has not read that yet`,
    `systemctl daemon-reload; should that not do, end all sessions of ${user} (loginctl terminate-user ${user}) and log in again`,
  );

function judge(source: string, controllers: readonly string[], remedy: Remedy = DELEGATION): Finding {
  const evidence = `${source}: ${controllers.join(' ') || 'none'}`;
  const lacks = missing(controllers);
  if (lacks.length > 0) return curable(`${evidence}; missing: ${lacks.join(' ')}`, remedy);
  const lost = USEFUL.filter((name) => !controllers.includes(name));
  return ok(lost.length > 0 ? `${evidence} (without ${lost.join(' and ')}, which a node can live without)` : evidence);
}

/** Raspberry Pi's firmware switches memory off (https://github.com/raspberrypi/linux/issues/6980): no delegation helps. */
function notInKernel(kernel: readonly string[]): Finding {
  const off = missing(kernel);
  return manual(
    `${ROOT}/cgroup.controllers: ${kernel.join(' ') || 'none'}; the kernel itself is without ${off.join(' and ')}`,
    `Boot with cgroup_enable=${off.join(',')} on the kernel command line (Raspberry Pi: at the end of the line in /boot/firmware/cmdline.txt), and without cgroup v1`,
  );
}

/** Containers without systemd come below the caller's cgroup, which has to be the user's own then. */
async function withoutManager({ host }: CheckInput, manager: string): Promise<Finding> {
  const path = /^0::(\/\S*)$/m.exec((await host.readFile('/proc/self/cgroup')) ?? '')?.[1] ?? '/';
  const folder = path === '/' ? ROOT : `${ROOT}${path}`;
  const owner = (await host.stat(folder))?.uid;
  const { systemd } = await readDistribution(host);
  if (owner === host.uid) {
    const above = folder.slice(0, folder.lastIndexOf('/'));
    const text = `Have them switched on above it: echo '${NEEDED.map((name) => `+${name}`).join(' ')}' > ${above}/cgroup.subtree_control`;
    const controllers = (await controllersAt(host, folder)) ?? [];
    return judge(`${folder}/cgroup.controllers`, controllers, systemd ? DELEGATION : { kind: 'manual', text });
  }
  const evidence = `no systemd user manager (${manager} is absent), and ${folder} is ${owner === undefined ? 'out of reach' : `of uid ${owner}`}`;
  if (systemd) return curable(evidence, { kind: 'linger', user: host.user });
  return manual(
    evidence,
    `Nothing gives ${host.user} a cgroup here: take a host with systemd, or have one with ${NEEDED.join(', ')} made at each login and given to ${host.user} (chown)`,
  );
}
