import { CLUSTER } from './cluster.ts';
import { IMAGES } from './images.ts';
import { LATE } from './late.ts';
import { LIMITS } from './limits.ts';
import { NETWORK } from './network.ts';
import { RUNTIME } from './runtime.ts';
import type { Suspect } from './types.ts';

/** Ranked: what makes others fail stands before them. A full disk stops containerd, without it there is no pod network. */
export const SUSPECTS: readonly Suspect[] = [...LIMITS, ...RUNTIME, ...IMAGES, ...CLUSTER, ...NETWORK, ...LATE];
