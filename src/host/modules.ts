import type { Host } from './types.ts';

/**
 * `loadable`: not loaded, but the kernel loads it by itself when a node asks for it. It does so for
 * user namespaces too: request_module() runs modprobe on the host and checks no capability of the
 * caller (net/core/rtnetlink.c, net/netfilter/nf_tables_api.c, fs/filesystems.c).
 * `blocked`: present, but the host's settings keep the kernel from loading it.
 * `replaced`: the kernel was upgraded since the last boot, and with its package the modules of the one that runs went.
 */
export type ModuleState = 'loaded' | 'builtin' | 'loadable' | 'blocked' | 'replaced' | 'absent' | 'unknown';

/** Texts that tell about kernel modules; undefined where the host does not show one. */
export interface ModuleSources {
  /** /proc/modules: what is loaded now. */
  readonly loaded: string | undefined;
  /** modules.builtin of the running kernel. */
  readonly builtin: string | undefined;
  /** modules.dep of the running kernel. */
  readonly dep: string | undefined;
  /** Kernel configuration. */
  readonly config: string | undefined;
  /** There are modules here, but only those of other kernels. */
  readonly replaced: boolean;
  /** All modprobe.d files. */
  readonly modprobe: string;
  /** /proc/sys/kernel/modules_disabled is 1: nothing can be loaded until the next boot. */
  readonly disabled: boolean;
}

/** State of one module. `option` is its line in the kernel configuration, e.g. `CONFIG_VXLAN`. */
export function moduleState(name: string, option: string, sources: ModuleSources): ModuleState {
  const { loaded, builtin, dep, config } = sources;
  // Both lists have one file a line; in modules.dep the files it depends on follow a colon.
  const file = new RegExp(`^\\S*/${spelling(name)}\\.ko[^/\\s:]*(:|$)`, 'm');
  if (loaded?.split('\n').some((line) => line.startsWith(`${name} `))) return 'loaded';
  if (builtin !== undefined && file.test(builtin)) return 'builtin';
  if (config?.includes(`\n${option}=y\n`)) return 'builtin';
  if (dep !== undefined && file.test(dep)) {
    return sources.disabled || isBlocked(name, sources.modprobe) ? 'blocked' : 'loadable';
  }
  if (config !== undefined && !config.includes(`\n${option}=m\n`)) return 'absent';
  if (builtin !== undefined && dep !== undefined) return 'absent';
  return config !== undefined && sources.replaced ? 'replaced' : 'unknown';
}

/** Files and modprobe.d may have `-` where the kernel has `_`. */
function spelling(name: string): string {
  return name.replaceAll('_', '[-_]');
}

/** modprobe.d(5): `blacklist` stops loading by alias, which is how the kernel asks; `install … false` stops all. */
function isBlocked(name: string, modprobe: string): boolean {
  const pattern = spelling(name);
  return new RegExp(`^\\s*(blacklist\\s+${pattern}\\s*$|install\\s+${pattern}\\s+(\\S*/)?(true|false)\\b)`, 'm').test(
    modprobe,
  );
}

/** The lines that isBlocked finds, as `grep -E` takes them. */
export function blockingLines(modules: readonly string[]): string {
  const names = `(${modules.map(spelling).join('|')})`;
  const [start, space] = ['^[[:space:]]*', '[[:space:]]+'];
  return `${start}(blacklist${space}${names}[[:space:]]*$|install${space}${names}${space}([^[:space:]]*/)?(true|false)([^[:alnum:]_]|$))`;
}

/** Of files with one name modprobe reads that of the first folder (modprobe.d(5)). */
const MODPROBE_FOLDERS = [
  '/etc/modprobe.d',
  '/run/modprobe.d',
  '/usr/local/lib/modprobe.d',
  '/usr/lib/modprobe.d',
  '/lib/modprobe.d',
];

/** Where the modules of all kernels are; the second on NixOS. */
const MODULE_FOLDERS = ['/lib/modules', '/run/booted-system/kernel-modules/lib/modules'];

/** Reads everything moduleState looks at. Starts no process. */
export async function readModuleSources(host: Host): Promise<ModuleSources> {
  const release = (await host.readFile('/proc/sys/kernel/osrelease'))?.trim() ?? '';
  const releases = await Promise.all(MODULE_FOLDERS.map((folder) => host.list(folder)));
  const place = Math.max(
    0,
    releases.findIndex((names) => names.includes(release)),
  );
  const folder = `${MODULE_FOLDERS[place]}/${release}`;
  const [loaded, builtin, dep, modprobe, disabled] = await Promise.all([
    host.readFile('/proc/modules'),
    host.readFile(`${folder}/modules.builtin`),
    host.readFile(`${folder}/modules.dep`),
    readConfigs(host),
    host.readFile('/proc/sys/kernel/modules_disabled'),
  ]);
  const config =
    (await host.readFile('/proc/config.gz')) ??
    (await host.readFile(`/boot/config-${release}`)) ??
    (await host.readFile(`${folder}/config`));
  const replaced = releases.flat().length > 0 && !releases.flat().includes(release);
  return { loaded, builtin, dep, config, replaced, modprobe, disabled: disabled?.trim() === '1' };
}

async function readConfigs(host: Host): Promise<string> {
  const files = new Map<string, string>();
  for (const folder of MODPROBE_FOLDERS) {
    for (const name of await host.list(folder)) {
      if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${folder}/${name}`);
    }
  }
  const texts = await Promise.all([...files.values()].map((file) => host.readFile(file)));
  return texts.map((text) => text ?? '').join('\n');
}
