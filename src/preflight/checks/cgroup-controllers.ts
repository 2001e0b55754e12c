import { curable, ok } from '../finding.ts';
import type { Remedy } from '../remedy.ts';
import type { Check, CheckInput } from '../types.ts';

/** Without these the kubelet can not enforce what pods ask for, and node images refuse to start. */
const NEEDED = ['cpu', 'memory', 'pids'];
/** Kubernetes works without these; only CPU pinning and I/O limits are lost. */
const USEFUL = ['cpuset', 'io'];

export const cgroupControllers: Check = {
  id: 'cgroup-controllers',
  title: 'cgroup controllers cpu, memory and pids are delegated to the user',
  severity: 'fatal',
  root: true,
  probe: async (input) => {
    const { controllers, source } = await read(input);
    if (!controllers) return curable(`no systemd user manager (${source}) and the engine does not tell`, DELEGATION);
    const missing = NEEDED.filter((name) => !controllers.includes(name));
    const evidence = `${source}: ${controllers.join(' ') || 'none'}`;
    if (missing.length > 0) return curable(`${evidence}; missing: ${missing.join(' ')}`, DELEGATION);
    const lost = USEFUL.filter((name) => !controllers.includes(name));
    return ok(
      lost.length > 0 ? `${evidence} (without ${lost.join(' and ')}, which a node can live without)` : evidence,
    );
  },
};

const DELEGATION: Remedy = {
  kind: 'unit',
  path: '/etc/systemd/system/user@.service.d/delegate.conf',
  lines: ['[Service]', 'Delegate=cpu cpuset io memory pids'],
  afterwards: 'log out of all sessions and in again',
};

async function read({
  host,
  engine,
}: CheckInput): Promise<{ controllers: readonly string[] | undefined; source: string }> {
  const source = `/sys/fs/cgroup/user.slice/user-${host.uid}.slice/user@${host.uid}.service/cgroup.controllers`;
  const delegated = await host.readFile(source);
  if (delegated !== undefined) return { controllers: delegated.split(/\s+/).filter(Boolean), source };
  return engine?.controllers
    ? { controllers: engine.controllers, source: `${engine.kind} reports` }
    : { controllers: undefined, source };
}
