import { NETWORKS } from '../../engine/network/index.ts';
import { controllersAt, managerCgroup, NEEDED_CONTROLLERS } from '../delegation.ts';
import { ok, problem, skip } from '../finding.ts';
import type { Check } from '../types.ts';

export const engineCgroups: Check = {
  id: 'engine-cgroups',
  title: 'containers get the cgroup controllers that the user has',
  severity: 'fatal',
  probe: async ({ host, engine }) => {
    if (engine === undefined) return skip('no engine to ask');
    const { kind, cgroupDriver, controllers = [] } = engine;
    const file = managerCgroup(host);
    const delegated = await controllersAt(host, file);
    const told = `${kind} info: cgroups by ${cgroupDriver || 'whom is not told'}, ${controllers.join(' ') || 'no controllers'}`;
    const restart = NETWORKS[kind].dropIn.restart;
    if (cgroupDriver === 'none') {
      return problem(
        `${told}: it was started where it could not make any`,
        `Mend what cgroup-v2, cgroup-controllers and user-manager find, then: ${restart}`,
      );
    }
    if (delegated === undefined)
      return ok(`${told}; without a systemd user manager (${file}) nothing else tells what containers get`);
    if (engine.features.startsAtBoot === 'user-unit') {
      // Such an engine tells the controllers of the session it was called in (podman#16412); with systemd its containers
      // live elsewhere, below the user's manager.
      if (cgroupDriver !== 'cgroupfs')
        return ok(`${told}, of this session; containers live below ${file}: ${delegated.join(' ')}`);
      return problem(
        `${told}: it found no systemd user session, or was told not to use it, so containers get no cgroup of their own`,
        `Log in by ssh or at the console (not with su or sudo), or: export XDG_RUNTIME_DIR=/run/user/${host.uid}; and take cgroup_manager out of containers.conf`,
      );
    }
    const missing = NEEDED_CONTROLLERS.filter((name) => delegated.includes(name) && !controllers.includes(name));
    return missing.length === 0
      ? ok(`${told}; ${file}: ${delegated.join(' ')}`)
      : problem(`${told}, but ${file} has ${missing.join(' and ')} too: it was started before that`, restart);
  },
};
