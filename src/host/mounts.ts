import type { Host } from './types.ts';

/** The mount that holds a path. */
export interface Mount {
  readonly point: string;
  /** As the kernel calls it: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  /** Of the mount, not of the file system: `rw`, `noexec` … */
  readonly options: readonly string[];
}

/** The mount that holds a path without symbolic links; undefined where the mounts can not be read. */
export async function mountOf(host: Host, path: string): Promise<Mount | undefined> {
  const mounts = parseMounts((await host.readFile('/proc/self/mountinfo')) ?? '').filter(
    ({ point }) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`),
  );
  // Of several on one point the last one is on top.
  return mounts.reduce<Mount | undefined>(
    (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
    undefined,
  );
}

/** proc_pid_mountinfo(5): `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw`. */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right] = line.split(' - ');
    const [, , , , point, options] = left.split(' ');
    const type = right?.split(' ')[0];
    return point === undefined || options === undefined || type === undefined
      ? []
      : [{ point: unescape(point), type, options: options.split(',') }];
  });
}

/** Space, tab, newline and backslash are written as three octal digits. */
const unescape = (text: string): string =>
  text.replaceAll(/\\(\d{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
