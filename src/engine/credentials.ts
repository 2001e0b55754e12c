import * as z from 'zod/mini';
import type { Host } from '../host/types.ts';
import { tryJson } from './json.ts';

/** The part of Docker's config.json that containers-auth.json(5) shares. */
const AuthFile = z.object({
  auths: z.nullish(z.record(z.string(), z.unknown())),
  credHelpers: z.nullish(z.record(z.string(), z.unknown())),
  credsStore: z.nullish(z.string()),
});

/** Host and port of a reference's registry. */
export function registryOf(ref: string): string {
  const [first = ''] = ref.split('/');
  return ref.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/**
 * Whether the user has, or may have, credentials for the reference's registry. Only the engines' own command lines
 * read them all: files, helpers, stores.
 */
export async function mayHaveCredentials(host: Host, ref: string): Promise<boolean> {
  const registry = registryOf(ref);
  const files = await Promise.all(authFiles(host).map((file) => host.readFile(file)));
  return files.some((text) => text !== undefined && namesRegistry(text, registry));
}

function authFiles({ env, home, uid }: Host): readonly string[] {
  return [
    env['REGISTRY_AUTH_FILE'] ?? '',
    `${env['DOCKER_CONFIG'] || `${home}/.docker`}/config.json`,
    `${env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`}/containers/auth.json`,
    `${env['XDG_CONFIG_HOME'] || `${home}/.config`}/containers/auth.json`,
  ].filter((file) => file !== '');
}

/** A file that cannot be read as it should is left to the command line, which says what is wrong with it. */
export function namesRegistry(text: string, registry: string): boolean {
  const file = AuthFile.safeParse(tryJson(text));
  if (!file.success) return true;
  const { auths, credHelpers, credsStore } = file.data;
  const named = [...Object.keys(auths ?? {}), ...Object.keys(credHelpers ?? {})].map(registryOfKey);
  return Boolean(credsStore) || named.includes(registry);
}

/** Keys are `https://index.docker.io/v1/`, `registry.example`, or `registry.example/team`. */
function registryOfKey(key: string): string {
  const [host = ''] = key.replace(/^https?:\/\//, '').split('/');
  return /^(index|registry-1)\.docker\.io$/.test(host) ? 'docker.io' : host;
}
