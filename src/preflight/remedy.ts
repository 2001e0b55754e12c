import { quote } from '../core/command.ts';

/** What mends a finding, as data: `fixOf` puts it into words, administrator/steps.ts into a script. */
export type Remedy =
  | Sysctl
  | Switch
  | File
  | SubordinateIds
  | { readonly kind: 'linger'; readonly user: string }
  /** Path of a program → the capability it needs. */
  | { readonly kind: 'capabilities'; readonly programs: Readonly<Record<string, string>> }
  | Modules
  | Package
  /** What no script should do. */
  | { readonly kind: 'manual'; readonly text: string };

/** Least values of kernel settings: at once, and in a file of their own for every boot. */
interface Sysctl {
  readonly kind: 'sysctl';
  readonly file: string;
  readonly values: Readonly<Record<string, number>>;
}

/** A kernel setting that is to have just this value: at once, and in a file of its own for every boot. */
interface Switch {
  readonly kind: 'switch';
  readonly file: string;
  readonly key: string;
  readonly value: string;
  /** What helps without an administrator. */
  readonly instead?: string;
}

/** A file of its own; `unit` is one that the system's systemd reads. */
interface File {
  readonly kind: 'unit' | 'file';
  readonly path: string;
  readonly lines: readonly string[];
  /** What has to happen before it counts. */
  readonly afterwards: string;
}

interface SubordinateIds {
  readonly kind: 'subids';
  readonly file: 'subuid' | 'subgid';
  readonly user: string;
  readonly start: number;
  readonly count: number;
  /** The user is in /etc/passwd, so that usermod knows it. */
  readonly local: boolean;
}

/** Kernel modules that modprobe.d, or `kernel.modules_disabled`, keeps from loading. */
interface Modules {
  readonly kind: 'modules';
  readonly modules: readonly string[];
  /** Nothing can be loaded once the host runs: they have to be loaded at boot. */
  readonly atBoot: boolean;
}

/** The distribution's own package that brings the tools. */
interface Package {
  readonly kind: 'package';
  readonly tools: readonly string[];
  /** Package manager → its name of the package. */
  readonly names: Readonly<Record<'apt-get' | 'dnf' | 'zypper' | 'pacman' | 'apk', string>>;
}

/** What managers call it that do not say `install`. */
const INSTALL: Readonly<Record<string, string>> = { pacman: '-S', apk: 'add' };

/** The remedy as one line that an administrator can use. */
export function fixOf(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'sysctl':
      return `${write(settings(remedy.values), remedy.file)} && sysctl -p ${remedy.file}`;
    case 'switch': {
      const command = `${write(settings({ [remedy.key]: remedy.value }), remedy.file)} && sysctl -p ${remedy.file}`;
      return remedy.instead === undefined ? command : `${command}; or: ${remedy.instead}`;
    }
    case 'unit':
    case 'file': {
      const reload = remedy.kind === 'unit' ? ' && systemctl daemon-reload' : '';
      return `mkdir -p ${folderOf(remedy.path)} && ${write(remedy.lines, remedy.path)}${reload}; then ${remedy.afterwards}`;
    }
    case 'subids':
      return addIds(remedy);
    case 'linger':
      return `loginctl enable-linger ${quote(remedy.user)}`;
    case 'capabilities':
      return Object.entries(remedy.programs)
        .map(([path, capability]) => `setcap ${capability}+ep ${quote(path)}`)
        .join(' && ');
    case 'modules':
      return unblock(remedy);
    case 'package':
      return `Install ${remedy.tools.join(' and ')} (${Object.entries(remedy.names)
        .map(([manager, name]) => `${manager} ${INSTALL[manager] ?? 'install'} ${name}`)
        .join(', ')})`;
    case 'manual':
      return remedy.text;
  }
}

/** `a.b=1`, as sysctl.d(5) and `sysctl` take it. */
export function settings(values: Readonly<Record<string, number | string>>): string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`);
}

/** The file that has modules loaded at boot. */
export function loadFile(modules: readonly string[]): string {
  return `/etc/modules-load.d/rkube-${modules[0]}.conf`;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const write = (lines: readonly string[], path: string): string =>
  `printf '%s\\n' ${lines.map(quote).join(' ')} > ${path}`;

/** usermod only knows users of /etc/passwd; users of a directory service get a line of their own. */
function addIds({ file, user, start, count, local }: SubordinateIds): string {
  return local
    ? `usermod --add-${file}s ${start}-${start + count - 1} ${quote(user)}`
    : `echo ${quote(`${user}:${start}:${count}`)} >> /etc/${file}`;
}

/** Both modprobe and systemd-modules-load may obey a `blacklist`, so the line has to go. */
function unblock({ modules, atBoot }: Modules): string {
  return atBoot
    ? `${write(modules, loadFile(modules))}, then reboot: modules load before sysctl forbids it`
    : `Take the \`blacklist\` or \`install\` lines out that \`grep -rE '${modules.join('|')}' /etc/modprobe.d /usr/lib/modprobe.d\` shows`;
}
