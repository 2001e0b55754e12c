import { createDialect } from './dialect.ts';
import { DAEMON_CREATE_FLAGS, DAEMON_UNKNOWN_VOLUME_OPTIONS } from './docker.ts';
import { dockerInquiry } from './docker-info.ts';

/** nerdctl: Docker's command line on containerd; containerd's restart monitor is the daemon's restart policy. */
export const nerdctl = createDialect({
  kind: 'nerdctl',
  // Its "server version" is containerd's; commands and flags follow nerdctl's own.
  info: dockerInquiry('nerdctl', (_, version) => version.Client?.Version),
  createFlags: DAEMON_CREATE_FLAGS,
  unknownVolumeOptions: DAEMON_UNKNOWN_VOLUME_OPTIONS,
  removeFlags: [],
});
