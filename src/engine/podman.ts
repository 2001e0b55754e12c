import { createDialect } from './dialect.ts';
import { parsePodmanInfo } from './podman-info.ts';

/** Podman: no daemon, so nothing restarts containers at boot by itself; strict mount options. */
export const podman = createDialect({
  kind: 'podman',
  info: {
    specs: [{ file: 'podman', args: ['info', '--format', 'json'], effect: 'read' }],
    parse: ([result]) => {
      if (result === undefined) throw new TypeError('expected the result of info');
      return parsePodmanInfo(result);
    },
  },
  createFlags: [
    // Podman's systemd mode would put a tmpfs over the journal on the node's volume. The node's entrypoint
    // prepares everything itself; said explicitly, as Podman guesses from the image's command.
    '--systemd=false',
    // The journald driver loses or delays the console of a container that runs systemd (kind's rootless page).
    '--log-driver=k8s-file',
    // k8s-file grows without limit otherwise.
    '--log-opt=max-size=10mb',
  ],
  unknownVolumeOptions: [],
  // Like Docker's: kill at once. `stop` is for a graceful end.
  removeFlags: ['--ignore', '--time=0'],
});
