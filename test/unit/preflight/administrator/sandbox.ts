import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Folders of the machine that the scripts see replaced, so that it is not touched. */
const REPLACED = ['/etc', '/var/lib', '/proc/sys', '/run', '/usr/local/lib', '/usr/lib/modprobe.d'];

const WORLD = `
set -eu
for folder in ${REPLACED.join(' ')}; do
  # What the machine lacks, nobody finds.
  [ ! -d "$folder" ] || mount --bind ".$folder" "$folder"
done
PATH=$PATH_OF_TEST exec $SHELL_OF_TEST "$1"
`;

/** Stand-ins for what needs a running system, or would change the machine. */
const STAND_INS: Readonly<Record<string, string>> = {
  loginctl: `
    [ "$2" = -- ] || exit 64
    case $1 in
      enable-linger) mkdir -p /var/lib/systemd/linger; : >"/var/lib/systemd/linger/$3" ;;
      disable-linger) rm "/var/lib/systemd/linger/$3" ;;
    esac`,
  systemctl: 'echo "systemctl $*" >>"$CALLS"',
  'apt-get': `
    echo "apt-get $*" >>"$CALLS"
    [ ! -e "$TOOLS/broken" ] || exit 100
    printf '#!/bin/sh\\n' >"$TOOLS/mapper-of-test"
    chmod 755 "$TOOLS/mapper-of-test"`,
  'dpkg-query': '[ -e "$TOOLS/mapper-of-test" ] && echo "install ok installed"',
  dpkg: `
    echo "dpkg $*" >>"$CALLS"
    [ ! -e "$TOOLS/needed" ] || exit 1
    rm "$TOOLS/mapper-of-test"`,
};

/** Why the scripts can not run here with this shell; '' when they can. */
export function whyNot(shell: string): string {
  if (process.getuid?.() !== 0) return 'only root can make the namespace';
  const [file = ''] = shell.split(' ');
  if (spawnSync(file, ['-c', ':']).error) return `${file} is not installed`;
  const probe = spawnSync('unshare', ['-m', 'true'], { encoding: 'utf8' });
  if (probe.error) return `unshare cannot be run: ${probe.error.message}`;
  if (probe.status !== 0) return `no mount namespace here: ${probe.stderr.trim()}`;
  const program = join(mkdtempSync(join(tmpdir(), 'rkube-probe-')), 'program');
  writeFileSync(program, '');
  const cap = spawnSync('setcap', ['cap_setuid+ep', program], { encoding: 'utf8' });
  rmSync(dirname(program), { recursive: true });
  return cap.status === 0 ? '' : `setcap does not work here: ${cap.stderr?.trim() ?? 'not installed'}`;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine's files in a folder, and the namespace in which a script takes them for the machine's. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'rkube-administrator-'));
  readonly #shell: string;

  constructor(shell: string) {
    this.#shell = shell;
    for (const folder of REPLACED) mkdirSync(this.at(folder), { recursive: true });
    mkdirSync(this.at('/run/systemd/system'), { recursive: true });
    mkdirSync(this.at('/tools'));
    for (const [name, text] of Object.entries(STAND_INS)) this.write(`/bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    chmodSync(this.at(path), mode);
  }

  read(path: string): string | undefined {
    return existsSync(this.at(path)) ? readFileSync(this.at(path), 'utf8') : undefined;
  }

  run(script: string): Ran {
    this.write('/script', script);
    return spawnSync('unshare', ['-m', 'sh', '-c', WORLD, 'sh', join(this.folder, 'script')], {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 50_000,
      env: {
        ...process.env,
        SHELL_OF_TEST: this.#shell,
        CALLS: this.at('/calls'),
        TOOLS: this.at('/tools'),
        PATH_OF_TEST: [...['/bin', '/tools'].map((each) => this.at(each)), process.env['PATH']].join(':'),
      },
    });
  }

  /** What stand-ins were asked to do, which do it to nothing. */
  calls(): string {
    return this.read('/calls') ?? '';
  }

  /** Everything of the machine: content, mode, owner, capabilities; with `times` also when each was last written. */
  state({ times = false } = {}): Readonly<Record<string, string>> {
    // Not /run, where mount itself keeps files.
    const folders = [...REPLACED.map((each) => each.split('/')[1] ?? ''), 'tools'].filter((each) => each !== 'run');
    const state: Record<string, string> = {};
    for (const folder of new Set(folders)) this.#collect(`/${folder}`, times, state);
    const found = execFileSync('getcap', ['-r', this.folder], { encoding: 'utf8' });
    const capabilities = found.replaceAll(this.folder, '').split('\n').sort().join('\n').trim();
    return { ...state, capabilities };
  }

  #collect(path: string, times: boolean, state: Record<string, string>): void {
    const { mode, uid, gid, mtimeMs } = lstatSync(this.at(path));
    const kind = mode & 0o170_000;
    const content =
      kind === 0o100_000
        ? readFileSync(this.at(path), 'base64')
        : kind === 0o120_000
          ? readlinkSync(this.at(path))
          : '';
    state[path] = [mode.toString(8), uid, gid, content, ...(times ? [mtimeMs] : [])].join(' ');
    if (kind !== 0o040_000) return;
    for (const name of readdirSync(this.at(path)).sort()) this.#collect(join(path, name), times, state);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
