import type { Host } from '../host/types.ts';

/** Without these the kubelet can not enforce what pods ask for, and node images refuse to start. */
export const NEEDED_CONTROLLERS = ['cpu', 'memory', 'pids'];

/** cgroup of the user's systemd manager: containers of this user live below it. */
export const managerCgroup = (host: Host): string =>
  `/sys/fs/cgroup/user.slice/user-${host.uid}.slice/user@${host.uid}.service`;

/** Controllers that a cgroup has; undefined when there is no such cgroup. */
export async function controllersAt(host: Host, cgroup: string): Promise<readonly string[] | undefined> {
  return (await host.readFile(`${cgroup}/cgroup.controllers`))?.split(/\s+/).filter(Boolean);
}

/** systemd.unit(5): of files with one name that of the first folder counts. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];

/** Words of systemd.syntax(7) that delegate all. */
const ALL = ['yes', 'true', 'on', '1'];

/**
 * The drop-in of user@.service, or of the service of this user alone, that delegates all these controllers: systemd
 * has not read it, or the manager runs since before. undefined when none does.
 */
export async function notYetInForce(host: Host, controllers: readonly string[]): Promise<string | undefined> {
  const configured = await configuredDelegation(host);
  const has = (name: string): boolean => [name, ...ALL].some((word) => configured?.words.includes(word));
  return controllers.every(has) ? configured?.file : undefined;
}

/** The last file with a word on delegation, and the words that count. */
async function configuredDelegation(
  host: Host,
): Promise<{ readonly file: string; readonly words: readonly string[] } | undefined> {
  const files = new Map<string, string>();
  for (const unit of ['user@.service.d', `user@${host.uid}.service.d`]) {
    for (const folder of FOLDERS) {
      for (const name of await host.list(`${folder}/${unit}`)) {
        if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${folder}/${unit}/${name}`);
      }
    }
  }
  let last: { file: string; words: string[] } | undefined;
  for (const [, file] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [, value = ''] of ((await host.readFile(file)) ?? '').matchAll(
      /^[^\S\n]*Delegate[^\S\n]*=[^\S\n]*(.*?)[^\S\n]*$/gm,
    )) {
      // systemd.resource-control(5): lists add up; an empty one clears what was before.
      const before = value === '' ? [] : (last?.words ?? []);
      last = { file, words: [...before, ...value.split(/\s+/).filter(Boolean)] };
    }
  }
  return last;
}
