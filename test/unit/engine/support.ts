import type { CommandResult, CommandRunner } from '../../../src/core/command.ts';
import { createEngine } from '../../../src/engine/engine.ts';
import type { ContainerEngine, Dialect, EngineFeatures, EngineInfo } from '../../../src/engine/types.ts';
import type { Host } from '../../../src/host/types.ts';

/** The outcome of a command: success without output, unless said otherwise. */
export function result(partial: Partial<CommandResult> = {}): CommandResult {
  return {
    spec: { file: 'podman', args: ['info', '--format', 'json'], effect: 'read' },
    exitCode: 0,
    stdout: '',
    stderr: '',
    timedOut: false,
    canceled: false,
    notFound: false,
    durationMs: 1,
    ...partial,
  };
}

/** A runner that gives every command the same outcome. */
export function always(partial: Partial<CommandResult>): CommandRunner {
  return { run: async (spec) => result({ spec, ...partial }), attach: async () => 0 };
}

/** Of Podman with pasta. */
export const PODMAN_FEATURES: EngineFeatures = {
  hostAddressInNode: true,
  startsAtBoot: 'user-unit',
  portOnSeveralAddresses: true,
  portsOnEveryAddress: false,
  needsVxlanChecksum: false,
};

/** Of rootless Docker. */
export const DOCKER_FEATURES: EngineFeatures = {
  hostAddressInNode: false,
  startsAtBoot: 'daemon',
  portOnSeveralAddresses: false,
  portsOnEveryAddress: false,
  needsVxlanChecksum: true,
};

const INFO: EngineInfo = {
  kind: 'podman',
  version: '5.4.2',
  rootless: true,
  cgroupVersion: 2,
  cgroupDriver: 'systemd',
  controllers: [],
  storageDriver: 'overlay',
  storageFolder: '',
  containers: undefined,
  networkDriver: 'pasta',
  networkVersion: '',
  portDriver: 'pasta',
  machine: { name: 'host1', kernel: '6.12.0' },
  client: false,
  features: PODMAN_FEATURES,
};

/** An engine that tells this address of its socket; its commands succeed without output, unless said otherwise. */
export function engineAt(
  dialect: Dialect,
  socket: string | undefined,
  runner: CommandRunner = { ...always({}), open: () => Promise.reject(new Error('nothing to open')) },
): ContainerEngine {
  return createEngine(dialect, { ...INFO, kind: dialect.kind, ...(socket === undefined ? {} : { socket }) }, runner);
}

/** A host with these files, and nothing else. */
export function hostWith(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Host {
  const readFile = async (path: string): Promise<string | undefined> => files[path];
  return { env, home: '/home/ann', uid: 1001, hostname: 'host1', readFile } as unknown as Host;
}
