import type { EngineKind } from '../config/types.ts';
import type { CommandSpec, Query } from '../core/command.ts';
import { parseContainer } from './containers.ts';
import { type CreateDifferences, createArguments, pairs } from './create.ts';
import { parseSubnets } from './networks.ts';
import {
  engineError,
  isAbsent,
  loadedReference,
  names,
  succeeded,
  succeededOrAbsent,
  succeededOrPresent,
} from './outcome.ts';
import type { Dialect, EngineInfo, EngineSetup, Inquiry } from './types.ts';
import { parseVolume } from './volumes.ts';

/** What sets one engine's command line apart from the others'. */
export interface Differences extends CreateDifferences {
  readonly kind: EngineKind;
  readonly setup: EngineSetup;
  readonly info: Inquiry<EngineInfo>;
  /** Flags of `image inspect`. */
  readonly imageFlags: readonly string[];
  /** Flags of `network create` besides labels. */
  readonly networkFlags: readonly string[];
  /** Flags of `rm` besides `--force`. */
  readonly removeFlags: readonly string[];
  /** Flags of `events` for one container: what the engine itself can leave out, and the form of a line. */
  readonly eventFlags: (name: string, since: Date) => readonly string[];
  readonly findSocket?: Dialect['findSocket'];
  /** Flags of `update` that let a monitor beside the engine heed a container, or look away. */
  readonly monitorFlags?: (on: boolean) => readonly string[];
}

/** A node image is about 1 GB; a slow disk writes it several times over. */
const IMAGE_MS = 30 * 60_000;
/** Creating and starting wait for the storage driver, the network and, when it is busy, the engine. */
const SLOW_MS = 3 * 60_000;

const restarting = (name: string) => succeededOrAbsent(`Changing the restart policy of node container ${name}`);

/** The command line that Docker, Podman and nerdctl share. Every command is pure data until a runner takes it. */
export function createDialect(differences: Differences): Dialect {
  const { kind, monitorFlags } = differences;
  const read = (...args: readonly string[]): CommandSpec => ({ file: kind, args, effect: 'read' });
  const write = (timeoutMs: number, ...args: readonly string[]): CommandSpec => ({
    file: kind,
    args,
    effect: 'write',
    timeoutMs,
  });
  const list = (what: readonly string[], label: string | undefined, field: string): Query<readonly string[]> => ({
    spec: read(...what, ...(label === undefined ? [] : ['--filter', `label=${label}`]), '--format', `{{.${field}}}`),
    parse: names(label === undefined ? `Listing with ${what.join(' ')}` : `Listing what has label ${label}`),
  });

  return {
    kind,
    setup: differences.setup,
    info: () => differences.info,
    hasImage: (ref) => ({
      spec: read('image', 'inspect', ...differences.imageFlags, ref),
      parse: (result) => {
        // nerdctl says nothing and ends with 0 for an image that is not there.
        if (result.exitCode === 0) return !['', '[]'].includes(result.stdout.trim());
        if (isAbsent(result)) return false;
        throw engineError(result, `Looking for image ${ref}`);
      },
    }),
    pullImage: (ref) => ({ spec: write(IMAGE_MS, 'pull', ref), parse: succeeded(`Pulling image ${ref}`) }),
    loadImage: (archive) => ({
      spec: { ...write(IMAGE_MS, 'load', '--input', archive), dry: `Loaded image: ${archive}` },
      parse: loadedReference(archive),
    }),
    createContainer: (spec) => ({
      spec: write(SLOW_MS, ...createArguments(spec, differences)),
      parse: succeeded(`Creating node container ${spec.name}`),
    }),
    startContainer: (name) => ({
      spec: write(SLOW_MS, 'start', name),
      parse: succeeded(`Starting node container ${name}`),
    }),
    stopContainer: (name, seconds) => ({
      // `-t` in all; its long name is --time or, since Docker 28, --timeout.
      spec: write(seconds * 1000 + SLOW_MS, 'stop', '-t', String(seconds), name),
      parse: succeeded(`Stopping node container ${name}`),
    }),
    ...(monitorFlags === undefined
      ? {}
      : {
          monitorContainer: (name, on) => ({
            spec: write(SLOW_MS, 'update', ...monitorFlags(on), name),
            parse: (result) => {
              // An older engine's client, which cannot: as before, the monitor may come between.
              if (!result.stderr.includes('unknown flag')) restarting(name)(result);
            },
          }),
        }),
    removeContainer: (name) => ({
      spec: write(SLOW_MS, 'rm', '--force', ...differences.removeFlags, name),
      parse: succeededOrAbsent(`Removing node container ${name}`),
    }),
    inspectContainer: (name) => ({
      // Not `inspect` alone: it also finds images, volumes and networks of that name.
      spec: read('container', 'inspect', name),
      parse: parseContainer,
    }),
    // Names only: Docker's `ps` joins labels with commas, so they could not be read back.
    listContainers: (label) => list(['ps', '--all', '--no-trunc'], label, 'Names'),
    ensureNetwork: (name, labels) => ({
      spec: write(SLOW_MS, 'network', 'create', ...pairs('--label', labels), ...differences.networkFlags, name),
      parse: succeededOrPresent(`Creating network ${name}`),
    }),
    networkSubnets: (name) => ({ spec: { ...read('network', 'inspect', name), dry: '[]' }, parse: parseSubnets }),
    removeNetwork: (name) => ({
      spec: write(SLOW_MS, 'network', 'rm', name),
      parse: succeededOrAbsent(`Removing network ${name}`),
    }),
    listVolumes: (label) => list(['volume', 'ls'], label, 'Name'),
    listNetworks: (label) => list(['network', 'ls'], label, 'Name'),
    inspectVolume: (name) => ({ spec: { ...read('volume', 'inspect', name), dry: '[]' }, parse: parseVolume }),
    createVolume: (name, labels) => ({
      spec: write(SLOW_MS, 'volume', 'create', ...pairs('--label', labels), name),
      parse: succeededOrPresent(`Creating volume ${name}`),
    }),
    removeVolume: (name) => ({
      spec: write(SLOW_MS, 'volume', 'rm', name),
      parse: succeededOrAbsent(`Removing volume ${name}`),
    }),
    exec: (name, argv, { terminal = 'none', env = {}, ...rest }) => ({
      ...rest,
      file: kind,
      args: [
        'exec',
        ...(rest.stdin !== undefined || terminal !== 'none' ? ['--interactive'] : []),
        ...(terminal === 'tty' ? ['--tty'] : []),
        ...pairs('--env', env),
        name,
        ...argv,
      ],
    }),
    ...(differences.findSocket === undefined ? {} : { findSocket: differences.findSocket }),
    events: (name, since) => read('events', ...differences.eventFlags(name, since)),
    logs: (name, follow) => read('logs', ...(follow ? ['--follow'] : []), name),
  };
}
