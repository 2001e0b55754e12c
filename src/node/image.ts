import type { NodeConfig } from '../config/types.ts';
import { interrupted, RkubeError } from '../core/errors.ts';
import { type Bytes, report, reportBytes } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';
import { pullImage } from '../engine/pull.ts';
import type { ContainerEngine } from '../engine/types.ts';
import type { Host } from '../host/types.ts';

/** Image that `make node-image` builds from Debian packages and Go modules. */
const ownImage = (version: string): string => `localhost/rkube-node:${version}`;

/**
 * Registry images that meet the image contract, pinned by digest.
 * Source: release notes of kind v0.33.0.
 */
const REGISTRY_IMAGES: Readonly<Record<string, string>> = {
  'v1.37.0': 'docker.io/kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5',
  'v1.36.4': 'docker.io/kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed',
  'v1.35.8': 'docker.io/kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0',
  'v1.34.11': 'docker.io/kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d',
};

/** Bytes are told at most so often. Milliseconds. */
const BYTES_EVERY_MS = 500;

interface FoundImage {
  readonly ref: string;
  /** It is not in the engine's store yet. */
  readonly pull: boolean;
}

/**
 * The image to create the node from: the one asked for (a reference, or the path of an archive, which is loaded),
 * else our own where the engine's store has it, else the registry's.
 * @throws RkubeError `image-missing`
 */
export async function findImage(engine: ContainerEngine, config: NodeConfig): Promise<FoundImage> {
  if (isArchive(config.image)) return there(await engine.ask(engine.dialect.loadImage(config.image)));
  const own = ownImage(config.kubernetesVersion);
  const first = config.image === '' ? own : config.image;
  if (await engine.ask(engine.dialect.hasImage(first))) return there(first);
  if (config.image.startsWith('localhost/'))
    throw missing(config.image, 'images under localhost/ come from no registry', config);
  if (config.image !== '') return { ref: config.image, pull: true };
  const ref = registryImage(config);
  if (ref === undefined) throw missing(own, `no registry image is known for ${config.kubernetesVersion}`, config);
  return { ref, pull: !(await engine.ask(engine.dialect.hasImage(ref))) };
}

const there = (ref: string): FoundImage => ({ ref, pull: false });

/**
 * Pulls the image, with progress as details of the step.
 * @throws RkubeError `image-missing`, or `interrupted`
 */
export async function pullNodeImage(
  { lifetime, reporter }: Run,
  host: Host,
  engine: ContainerEngine,
  config: NodeConfig,
  { ref, step }: { readonly ref: string; readonly step: string },
): Promise<void> {
  let told = 0;
  const onBytes = (bytes: Bytes): void => {
    const now = performance.now();
    if (now - told < BYTES_EVERY_MS && bytes.done < bytes.total) return;
    told = now;
    reportBytes(reporter, step, bytes);
  };
  const onLine = (line: string): void => report(reporter, 'info', line, step);
  try {
    await pullImage(engine, host, ref, { signal: lifetime.signal, onBytes, onLine });
  } catch (cause) {
    if (lifetime.interrupted) throw interrupted(step);
    throw missing(ref, 'it could not be pulled', config, cause);
  }
}

/** References have no leading dot or slash. */
const isArchive = (image: string): boolean => /^\.{0,2}\//.test(image);

/** The registry's image of this version; when nobody asked for a version, the newest of the same minor one. */
function registryImage(config: NodeConfig): string | undefined {
  const exact = REGISTRY_IMAGES[config.kubernetesVersion];
  if (exact !== undefined || config.sources['kubernetesVersion'] !== 'default') return exact;
  const minor = config.kubernetesVersion.replace(/\d+$/, '');
  return Object.entries(REGISTRY_IMAGES).find(([version]) => version.startsWith(minor))?.[1];
}

function missing(ref: string, why: string, config: NodeConfig, cause?: unknown): RkubeError {
  const known = Object.keys(REGISTRY_IMAGES).join(', ');
  return new RkubeError({
    id: 'image-missing',
    message: `Node image ${ref} is not in the engine's store, and ${why}`,
    details: cause instanceof RkubeError ? cause.details : [],
    next:
      `Without a registry: run \`make node-image\` where package mirrors are reachable, then load the archive it names ` +
      `(\`podman load -i FILE\` or \`docker load -i FILE\`). With one: choose --kubernetes-version ${known}, or --image.` +
      (config.image === '' ? '' : ` The image was chosen by ${config.sources['image'] ?? '--image'}.`),
    cause,
  });
}
