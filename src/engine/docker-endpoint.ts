import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { tryJson } from './json.ts';
import type { Elsewhere, Place } from './place.ts';

const Settings = z.object({ currentContext: z.optional(z.string()) });
const Meta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/** Where the docker client looks for its daemon. */
interface DockerEndpoint {
  /** `unix:///run/user/1000/docker.sock`; '' when the context cannot be read. */
  readonly url: string;
  /** The setting that says so. */
  readonly from: string;
}

/**
 * The daemon's address as the client finds it: DOCKER_HOST, then the context of DOCKER_CONTEXT, then the one that
 * `docker context use` wrote, then the default. Read from the client's files: `docker context inspect` says the same,
 * but takes a tenth of a second on slow hosts, at every verb.
 */
export async function dockerEndpoint({
  env,
  home,
  readFile,
}: Pick<Place, 'env' | 'home' | 'readFile'>): Promise<DockerEndpoint> {
  const host = env['DOCKER_HOST'];
  if (host) return { url: host, from: 'DOCKER_HOST' };
  const folder = env['DOCKER_CONFIG'] || `${home}/.docker`;
  const context =
    env['DOCKER_CONTEXT'] || read(Settings, await readFile(`${folder}/config.json`))?.currentContext || 'default';
  if (context === 'default') return { url: 'unix:///var/run/docker.sock', from: "Docker's default" };
  const id = createHash('sha256').update(context).digest('hex');
  const meta = read(Meta, await readFile(`${folder}/contexts/meta/${id}/meta.json`));
  return { url: meta?.Endpoints.docker.Host ?? '', from: `the Docker context ${context}` };
}

/** A daemon reached by anything but a socket of this host. */
export async function dockerElsewhere(place: Place): Promise<Elsewhere | undefined> {
  const { url, from } = await dockerEndpoint(place);
  return url === '' || url.startsWith('unix://') ? undefined : { at: url, from };
}

/** undefined for what is absent or damaged: the client will tell. */
const read = <S extends z.ZodMiniType>(schema: S, text: string | undefined): z.output<S> | undefined =>
  schema.safeParse(tryJson(text ?? '')).data;
