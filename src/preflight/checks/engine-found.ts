import { nearest, readDistribution } from '../../host/distribution.ts';
import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** Podman, as distributions name it: with pasta, and with newuidmap where that is a package of its own. */
const PODMAN: Readonly<Record<string, string>> = {
  debian: 'apt install podman uidmap passt',
  fedora: 'dnf install podman passt',
  suse: 'zypper install podman passt',
  arch: 'pacman -S podman passt',
  nixos: 'virtualisation.podman.enable = true; in /etc/nixos/configuration.nix',
  alpine: 'apk add podman passt shadow-uidmap',
};

export const engineFound: Check = {
  id: 'engine-found',
  title: 'a container engine answers',
  severity: 'fatal',
  probe: async ({ host, engine, engineProblem, engineNext }) =>
    engine
      ? ok(
          `${engine.kind} ${engine.version}, network ${engine.networkDriver || 'not told'}, ports ${engine.portDriver || 'not told'}`,
        )
      : manual(
          engineProblem || 'no Podman, Docker or nerdctl on PATH',
          engineNext ||
            `Install rootless Podman, Docker or nerdctl (${nearest(await readDistribution(host), PODMAN) ?? 'Debian, Ubuntu: apt install podman uidmap passt'}), or start the one you have`,
        ),
};
