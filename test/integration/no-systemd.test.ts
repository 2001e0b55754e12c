import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { says } from './says.ts';
import { IGNORED, type Outcome, TestSite } from './site.ts';

// Hosts that another init runs (Alpine's OpenRC), and hosts of systemd on which the user has no manager (`su` without a
// login): what doctor can and cannot know there, and what `up` does.

const { uid, username } = userInfo();
const STAND_IN = fileURLToPath(new URL('../fixtures/hosts/stand-in.mjs', import.meta.url));
const CGROUP = '/sys/fs/cgroup';
const ALL = 'cpuset cpu io memory pids\n';

type Files = Readonly<Record<string, string | null>>;

/** No systemd, and a session in a cgroup of root's. */
const OPENRC: Files = {
  '/etc/os-release': 'ID=alpine\n',
  '/run/systemd': null,
  [`/run/user/${uid}`]: null,
  [`${CGROUP}/user.slice`]: null,
  [`${CGROUP}/cgroup.controllers`]: ALL,
  [`${CGROUP}/openrc.sshd`]: null,
  '/proc/self/cgroup': '0::/openrc.sshd\n',
  '/proc/self/limits': 'Max processes   unlimited  unlimited  processes\nMax open files  1024  4096  files\n',
};
/** The same, and whoever starts sessions has given the user a cgroup. */
const OWN_CGROUP: Files = {
  ...OPENRC,
  '/proc/self/cgroup': '0::/users/me\n',
  [`${CGROUP}/users/me`]: '',
  [`${CGROUP}/users/me/cgroup.controllers`]: ALL,
};
/** systemd runs the host, but no manager of the user. */
const NO_MANAGER: Files = {
  '/run/systemd/system': '',
  [`/run/user/${uid}`]: null,
  [`/var/lib/systemd/linger/${username}`]: null,
  [`${CGROUP}/user.slice`]: null,
  [`${CGROUP}/cgroup.controllers`]: ALL,
  [`${CGROUP}/system.slice/cron.service`]: null,
  '/proc/self/cgroup': '0::/system.slice/cron.service\n',
};

const run = (site: TestSite, files: Files, args: readonly string[], ignore?: readonly string[]): Promise<Outcome> =>
  site.run(args, {
    env: { NODE_OPTIONS: `--import=${STAND_IN}`, RKUBE_TEST_FILES: JSON.stringify(files) },
    ...(ignore && { ignore }),
  });

interface Report {
  readonly id: string;
  readonly finding: { readonly state: string; readonly evidence: string; readonly fix?: string };
}

/** id → `state: evidence → fix` */
async function doctor(files: Files): Promise<Readonly<Record<string, string>>> {
  using site = new TestSite();
  const { stdout } = await run(site, files, ['doctor', '--json']);
  return Object.fromEntries(
    (JSON.parse(stdout) as Report[]).map(({ id, finding: { state, evidence, fix } }) => [
      id,
      `${state}: ${evidence}${fix === undefined ? '' : ` → ${fix}`}`,
    ]),
  );
}

/** Without checks that a CI machine need not pass. */
const others = IGNORED.filter((id) => id !== 'cgroup-controllers');

describe('rkube doctor', () => {
  it('without systemd says who could give a cgroup, start the node and raise limits, and judges no lingering', async () => {
    const found = await doctor(OPENRC);
    expect(found['cgroup-controllers']).toMatch(/^problem: no systemd user manager .*out of reach → Nothing gives/);
    expect(found['user-manager']).toMatch(/^problem: .* is absent: .* → This host has no systemd: .*@reboot/);
    expect(found['open-files']).toMatch(/^problem: 4096 for this session .* → Alpine, .*rc_ulimit="-n 524288"/);
    expect(found['processes']).toBe('ok: no limit in this session (/proc/self/limits)');
    expect(found['lingering']).toBe('skip: systemd does not run this host');
    expect(found['engine-cgroups']).toMatch(/^ok: podman info: .* nothing else tells what containers get$/);
    expect(found['engine-found']).toMatch(/^ok: podman/);
  });

  it('without systemd takes a cgroup of the user for what it is', async () => {
    const found = await doctor(OWN_CGROUP);
    expect(found['cgroup-controllers']).toBe(`ok: ${CGROUP}/users/me/cgroup.controllers: ${ALL.trim()}`);
    const small = await doctor({ ...OWN_CGROUP, [`${CGROUP}/users/me/cgroup.controllers`]: 'memory pids\n' });
    expect(small['cgroup-controllers']).toMatch(
      /^problem: .*memory pids; missing: cpu → Have .*\+cpu \+memory \+pids' > .*\/users\/cgroup\.subtree_control$/,
    );
  });

  it('of a user without a manager on a host of systemd asks for lingering', async () => {
    const found = await doctor(NO_MANAGER);
    expect(found['cgroup-controllers']).toMatch(/^problem: no systemd user manager .* → loginctl enable-linger/);
    expect(found['user-manager']).toMatch(/^problem: .* → Log in by ssh or at the console \(not with su or sudo\)/);
    expect(found['lingering']).toMatch(/^problem: .* → loginctl enable-linger/);
  });
});

describe('rkube up', () => {
  it('stops where nobody gives the user a cgroup, and makes nothing', async () => {
    using site = new TestSite();
    const ran = await run(site, OPENRC, ['up'], others);
    expect(ran).toMatchObject({
      exitCode: 3,
      stderr: says(/cgroup-controllers: expected: [^]*take a host with systemd/),
    });
    expect(site.changes()).toEqual([]);
  });

  it('starts the node itself where there is a cgroup and no manager, and says who has to do it at boot', async () => {
    using site = new TestSite();
    const ran = await run(site, OWN_CGROUP, ['up'], others);
    expect(ran).toMatchObject({ exitCode: 0, stderr: says(/user-manager: .*@reboot/) });
    expect(site.changes()).toContain('start rkube-rkube-NODE');
    expect(site.contents().filter((name) => name.includes('systemd'))).toEqual([]);
  });
});
