import { createDialect } from './dialect.ts';
import { dockerElsewhere, dockerEndpoint } from './docker-endpoint.ts';
import { dockerInquiry } from './docker-info.ts';
import { eventFilters } from './events.ts';

/** Flags of engines with a daemon. */
export const DAEMON_CREATE_FLAGS = [
  // The daemon starts the node again after a reboot, unless `rkube down` stopped it.
  '--restart=unless-stopped',
  // The daemon's profiles refuse mount(2), keyctl(2) and writes below /proc/sys that containerd and the kubelet
  // need; the node's own pods still get containerd's profiles.
  ...['--security-opt', 'seccomp=unconfined'],
  ...['--security-opt', 'apparmor=unconfined'],
];

/** Daemons mount named volumes with suid, exec and dev, and refuse the words. */
export const DAEMON_UNKNOWN_VOLUME_OPTIONS = ['suid', 'exec', 'dev'];

/**
 * A bridge has 1500 bytes unless told otherwise, but RootlessKit's network below it has 65520: a user-mode network costs
 * per packet, and whoever sets a large MTU for pods wants it to carry that. TCP finds a smaller one below by itself.
 */
export const DAEMON_NETWORK_FLAGS = ['--opt', 'com.docker.network.driver.mtu=65520'];

/** Docker: its daemon restarts containers at boot; the network is RootlessKit's. */
export const docker = createDialect({
  kind: 'docker',
  setup: {
    elsewhere: dockerElsewhere,
    daemonFile: async (place) => {
      const { url } = await dockerEndpoint(place);
      return url.startsWith('unix://') ? url.slice('unix://'.length) : '';
    },
    rootlessKit: 'dockerd-rootless',
    advice: {
      rootless:
        'Set up Docker for this user with `dockerd-rootless-setuptool.sh install` and choose it with `docker context use rootless`.',
      here: 'Choose the Docker of this host (`unset DOCKER_HOST`, `docker context use rootless`), or run rkube on that host.',
      hung: 'See what its daemon does (`journalctl --user -u docker`), or start it anew: `systemctl --user restart docker`.',
    },
  },
  info: dockerInquiry('docker', (info) => info.ServerVersion),
  createFlags: DAEMON_CREATE_FLAGS,
  unknownVolumeOptions: DAEMON_UNKNOWN_VOLUME_OPTIONS,
  imageFlags: [],
  networkFlags: DAEMON_NETWORK_FLAGS,
  removeFlags: [],
  eventFlags: (name, since) => [...eventFilters(name, since), '--format', '{{json .}}'],
  findSocket: async (place) => (await dockerEndpoint(place)).url,
});
