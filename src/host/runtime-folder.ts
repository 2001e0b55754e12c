import { stat } from 'node:fs/promises';

type Env = Readonly<Record<string, string | undefined>>;

/** The user's runtime folder. */
export const runtimeFolder = ({ env, uid }: { readonly env: Env; readonly uid: number }): string =>
  env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`;

/**
 * The environment with the user's own runtime folder, by which systemctl, engines and their sockets are found: cron and
 * `sudo -u` set none, `su` leaves that of another user, which is of no use and taken out.
 * @param ownerOf uid of a folder's owner; undefined when it is not there
 */
export async function withRuntimeFolder(env: Env, uid: number, ownerOf = owner): Promise<Env> {
  const given = env['XDG_RUNTIME_DIR'];
  const usual = `/run/user/${uid}`;
  if (given === usual || (given && (await ownerOf(given)) === uid)) return env;
  return { ...env, XDG_RUNTIME_DIR: (await ownerOf(usual)) === uid ? usual : undefined };
}

const owner = (folder: string): Promise<number | undefined> =>
  stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  );
