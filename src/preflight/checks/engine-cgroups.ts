import { NETWORKS } from '../../engine/network/index.ts';
import { controllersAt, managerCgroup } from '../delegation.ts';
import { ok, problem, skip } from '../finding.ts';
import type { Check } from '../types.ts';

export const engineCgroups: Check = {
  id: 'engine-cgroups',
  title: 'containers get the cgroup controllers that the user has',
  severity: 'warning',
  probe: async ({ host, engine }) => {
    if (engine === undefined) return skip('no engine to ask');
    const { kind, cgroupDriver, controllers = [] } = engine;
    const file = managerCgroup(host);
    const delegated = await controllersAt(host, file);
    const told = `${kind} info: cgroups by ${cgroupDriver || 'whom is not told'}, ${controllers.join(' ') || 'no controllers'}`;
    if (cgroupDriver === 'none') {
      return problem(
        `${told}: it was started where it could not make any`,
        `Mend what cgroup-v2, cgroup-controllers and user-manager find, then start it as a service of the user: ${NETWORKS[kind].dropIn.restart}`,
      );
    }
    if (delegated === undefined)
      return ok(`${told}; without a systemd user manager (${file}) nothing else tells what containers get`);
    // The engine's own list is no measure: Podman tells that of the session it was called in (podman#16412), Docker that
    // of the kernel. Containers live below the user's manager, also where Podman makes cgroups itself, as a unit of the
    // user starts the node (seen with 5.8).
    return ok(`${told}; containers live below ${file}, which has ${delegated.join(' ')}`);
  },
};
