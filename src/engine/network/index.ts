import type { EngineKind } from '../../config/types.ts';
import { podmanNetwork } from './podman.ts';
import { rootlessKit } from './rootlesskit.ts';
import type { NetworkSetup } from './types.ts';

/** How each engine's networks are found, tried and chosen. */
export const NETWORKS: Readonly<Record<EngineKind, NetworkSetup>> = {
  podman: podmanNetwork,
  docker: rootlessKit({
    prefix: 'DOCKERD',
    unit: 'docker.service',
    state: 'dockerd-rootless',
    programs: ['docker-rootlesskit', 'rootlesskit'],
  }),
  nerdctl: rootlessKit({
    prefix: 'CONTAINERD',
    unit: 'containerd.service',
    state: 'containerd-rootless',
    programs: ['rootlesskit'],
  }),
};
