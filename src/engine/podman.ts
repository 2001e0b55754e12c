import { createDialect } from './dialect.ts';
import { eventFilters } from './events.ts';
import { INFO_MS } from './outcome.ts';
import { parsePodmanInfo } from './podman-info.ts';
import type { EngineSetup } from './types.ts';

const setup: EngineSetup = {
  // Either makes podman the client of a service, also when that is on this host.
  elsewhere: async ({ env }) => {
    const from = ['CONTAINER_HOST', 'CONTAINER_CONNECTION'].find((name) => env[name]);
    return from === undefined ? undefined : { at: env[from] ?? '', from };
  },
  // Reached with `remote = true` in containers.conf, or by a client without an engine of its own (podman-remote).
  service: {
    spec: {
      file: 'podman',
      args: ['system', 'connection', 'list', '--format', '{{if .Default}}{{.URI}}{{end}}'],
      effect: 'read',
    },
    parse: ({ stdout }) => stdout.trim(),
  },
  rootlessKit: '',
  advice: {
    rootless: 'Run podman and rkube as an ordinary user.',
    here: 'Let podman run containers itself (`unset CONTAINER_HOST CONTAINER_CONNECTION`; no `remote = true` in containers.conf), or run rkube on that host.',
    hung: 'See what `podman info` waits for: another podman that hangs, or storage on a network file system that is away.',
  },
};

/** Podman: no daemon, so nothing restarts containers at boot by itself; strict mount options. */
export const podman = createDialect({
  kind: 'podman',
  setup,
  info: {
    specs: [{ file: 'podman', args: ['info', '--format', 'json'], effect: 'read', timeoutMs: INFO_MS }],
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
  imageFlags: [],
  // Its bridges have the MTU of what is below them.
  networkFlags: [],
  // Like Docker's: kill at once. `stop` is for a graceful end.
  removeFlags: ['--ignore', '--time=0'],
  eventFlags: (name, since) => [...eventFilters(name, since), '--format', 'json'],
});
