import { inNixTerms } from '../nixos.ts';
import { rootlessOnly } from '../rootless.ts';
import type { Check } from '../types.ts';
import { address } from './address.ts';
import { apparmorUserns } from './apparmor-userns.ts';
import { cgroupControllers } from './cgroup-controllers.ts';
import { cgroupV2 } from './cgroup-v2.ts';
import { clock } from './clock.ts';
import { diskSpace } from './disk-space.ts';
import { dns } from './dns.ts';
import { engineCgroups } from './engine-cgroups.ts';
import { engineFound } from './engine-found.ts';
import { engineRootless } from './engine-rootless.ts';
import { engineStorage } from './engine-storage.ts';
import { engineVersion } from './engine-version.ts';
import { idMapTools } from './id-map-tools.ts';
import { inotify } from './inotify.ts';
import { kernelNftables, kernelOverlay, kernelVxlan } from './kernel-modules.ts';
import { kernelTraps } from './kernel-traps.ts';
import { kernelVersion } from './kernel-version.ts';
import { keyrings } from './keyrings.ts';
import { lingering } from './lingering.ts';
import { lowPorts } from './low-ports.ts';
import { notRoot } from './not-root.ts';
import { openFiles } from './open-files.ts';
import { pingGroupRange } from './ping-group-range.ts';
import { portsFree } from './ports-free.ts';
import { processes } from './processes.ts';
import { proxies } from './proxies.ts';
import { selinux } from './selinux.ts';
import { storeFileSystem } from './store-file-system.ts';
import { subidOverlap } from './subid-overlap.ts';
import { subgid, subuid } from './subids.ts';
import { userManager } from './user-manager.ts';
import { userNamespaces } from './user-namespaces.ts';

/** Every check, in the order people read them: engine, user, kernel, network. docs/doctor/ has a page for each. */
export const CHECKS: readonly Check[] = [
  engineFound,
  engineVersion,
  engineRootless,
  rootlessOnly(engineCgroups),
  engineStorage,
  storeFileSystem,
  diskSpace,
  notRoot,
  ...[userNamespaces, apparmorUserns, selinux, idMapTools, subuid, subgid, subidOverlap].map(rootlessOnly),
  cgroupV2,
  ...[cgroupControllers, lingering, userManager, openFiles, processes].map(rootlessOnly),
  kernelVersion,
  kernelTraps,
  kernelVxlan,
  kernelNftables,
  kernelOverlay,
  inotify,
  rootlessOnly(keyrings),
  address,
  portsFree,
  ...[lowPorts, pingGroupRange].map(rootlessOnly),
  dns,
  proxies,
  clock,
].map(inNixTerms);
