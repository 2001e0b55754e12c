import { runtimeFolder } from '../host/runtime-folder.ts';
import { createDialect } from './dialect.ts';
import { DAEMON_CREATE_FLAGS, DAEMON_NETWORK_FLAGS, DAEMON_UNKNOWN_VOLUME_OPTIONS } from './docker.ts';
import { dockerInquiry } from './docker-info.ts';

/** nerdctl: Docker's command line on containerd; containerd's restart monitor is the daemon's restart policy. */
export const nerdctl = createDialect({
  kind: 'nerdctl',
  setup: {
    // It takes sockets of this host alone.
    elsewhere: async () => undefined,
    // It enters this process's namespaces, and without it says that rootless containerd does not run.
    daemonFile: async (place) => `${runtimeFolder(place)}/containerd-rootless/child_pid`,
    rootlessKit: 'containerd-rootless',
    advice: {
      rootless: 'Set up containerd for this user with `containerd-rootless-setuptool.sh install`.',
      here: 'Take a nerdctl that runs on this host itself, or run rkube on that host.',
      hung: 'See what containerd does (`journalctl --user -u containerd`), or start it anew: `systemctl --user restart containerd`.',
    },
  },
  // Its "server version" is containerd's; commands and flags follow nerdctl's own.
  info: dockerInquiry('nerdctl', (_, version) => version.Client?.Version),
  createFlags: DAEMON_CREATE_FLAGS,
  unknownVolumeOptions: DAEMON_UNKNOWN_VOLUME_OPTIONS,
  // Its imitation of Docker's answer ends in a panic for an image that came by `load` (seen with 2.2.1).
  imageFlags: ['--mode=native'],
  networkFlags: DAEMON_NETWORK_FLAGS,
  removeFlags: [],
  monitorFlags: (on) => [`--restart=${on ? 'unless-stopped' : 'no'}`],
  // Its only filter is by `start`, and it tells containers by id; it has no Docker API (nerdctl#798).
  eventFlags: () => ['--format', '{{json .}}'],
});
