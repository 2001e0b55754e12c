import { inNixTerms } from '../nixos.ts';
import { rootlessOnly } from '../rootless.ts';
import type { Check } from '../types.ts';
import { address } from './address.ts';
import { apparmorUserns } from './apparmor-userns.ts';
import { cgroupControllers } from './cgroup-controllers.ts';
import { cgroupV2 } from './cgroup-v2.ts';
import { diskSpace } from './disk-space.ts';
import { engineFound } from './engine-found.ts';
import { engineRootless } from './engine-rootless.ts';
import { engineStorage } from './engine-storage.ts';
import { idMapTools } from './id-map-tools.ts';
import { inotify } from './inotify.ts';
import { kernelNftables, kernelOverlay, kernelVxlan } from './kernel-modules.ts';
import { kernelVersion } from './kernel-version.ts';
import { lingering } from './lingering.ts';
import { notRoot } from './not-root.ts';
import { portsFree } from './ports-free.ts';
import { storeFileSystem } from './store-file-system.ts';
import { subgid, subuid } from './subids.ts';
import { userManager } from './user-manager.ts';
import { userNamespaces } from './user-namespaces.ts';

/** Every check, in the order people read them: engine, user, kernel, network, room. docs/doctor.md has one line for each. */
export const CHECKS: readonly Check[] = [
  engineFound,
  engineRootless,
  engineStorage,
  storeFileSystem,
  diskSpace,
  notRoot,
  ...[userNamespaces, apparmorUserns, idMapTools, subuid, subgid].map(rootlessOnly),
  cgroupV2,
  ...[cgroupControllers, lingering, userManager].map(rootlessOnly),
  kernelVersion,
  kernelVxlan,
  kernelNftables,
  kernelOverlay,
  inotify,
  address,
  portsFree,
].map(inNixTerms);
