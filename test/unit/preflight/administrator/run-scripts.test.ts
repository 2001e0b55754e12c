import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rootScript, undoScript } from '../../../../src/preflight/administrator/scripts.ts';
import type { Remedy } from '../../../../src/preflight/remedy.ts';
import { ALICE, EVERYTHING, REMEDIES, report } from './remedies.ts';
import { type Ran, Sandbox, whyNot } from './sandbox.ts';

// The scripts themselves, as root, on files that stand in place of the machine's.

const UNDO = undoScript();
const KEPT = '/var/lib/rkube/administrator';
const BLACKLIST = '# hardening\nblacklist vxlan\ninstall nf-tables /bin/false\nblacklist floppy\n';

/** A package manager that has the tool, as its one package. */
const MANAGER = `#!/bin/sh
case $1 in
  -q | -Q | info) [ -e "$TOOLS/mapper-of-test" ]; exit ;;
  -e | -R | del) rm "$TOOLS/mapper-of-test" ;;
  *) printf '#!/bin/sh\\n' >"$TOOLS/mapper-of-test"; chmod 755 "$TOOLS/mapper-of-test" ;;
esac
echo "\${0##*/} $*" >>"$CALLS"
`;

const scriptFor = (id: string, remedy: Remedy): string => rootScript(ALICE, [report(id, remedy)]);
const succeeded = (ran: Ran): string => {
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return ran.stdout;
};

describe('run as root on a host that lacks everything', () => {
  const reason = whyNot('sh');
  let sandbox: Sandbox;

  beforeEach(({ skip }) => {
    skip(reason !== '', reason);
    sandbox = spoilt('sh');
  });
  afterEach(() => {
    if (reason === '') sandbox[Symbol.dispose]();
  });

  const wanted: readonly (readonly [keyof typeof REMEDIES, () => unknown, unknown])[] = [
    [
      'user-namespaces',
      () => [sandbox.read('/etc/sysctl.d/99-rkube-userns.conf'), sandbox.read('/proc/sys/user/max_user_namespaces')],
      ['user.max_user_namespaces=28633\n', '28633\n'],
    ],
    ['id-map-tools', () => sandbox.calls(), 'apt-get install -y --no-install-recommends uidmap\n'],
    [
      'capabilities',
      () => sandbox.state()['capabilities'],
      '/var/lib/tools/newgidmap cap_setgid=ep\n/var/lib/tools/newuidmap cap_setuid=ep',
    ],
    // The last line had no end.
    ['subuid', () => sandbox.read('/etc/subuid'), 'bob:100000:65536\nalice:165536:65536\n'],
    ['subgid', () => sandbox.read('/etc/subgid'), 'alice:100000:65536\n'],
    [
      'cgroup-controllers',
      () => [sandbox.read('/etc/systemd/system/user@.service.d/delegate.conf'), sandbox.calls()],
      ['[Service]\nDelegate=cpu cpuset io memory pids\n', 'systemctl daemon-reload\n'],
    ],
    ['lingering', () => sandbox.read('/var/lib/systemd/linger/alice'), ''],
    [
      'kernel-vxlan',
      () => [sandbox.read('/etc/modprobe.d/hardening.conf'), sandbox.read('/etc/modprobe.d/vendor.conf')],
      ['# hardening\ninstall nf-tables /bin/false\nblacklist floppy\n', 'options x y=1\n'],
    ],
    [
      'kernel-nftables',
      () => [sandbox.read('/etc/modprobe.d/hardening.conf'), sandbox.read('/etc/modules-load.d/rkube-nf_tables.conf')],
      ['# hardening\nblacklist vxlan\nblacklist floppy\n', 'nf_tables\nnft_chain_nat\n'],
    ],
    [
      'inotify',
      () => [
        sandbox.read('/proc/sys/fs/inotify/max_user_instances'),
        sandbox.read('/proc/sys/fs/inotify/max_user_watches'),
      ],
      // More than enough stays.
      ['512\n', '999999\n'],
    ],
    [
      'ping-group-range',
      () => [sandbox.read('/etc/sysctl.d/99-rkube-ping.conf'), sandbox.read('/proc/sys/net/ipv4/ping_group_range')],
      ['net.ipv4.ping_group_range=0 2147483647\n', '0 2147483647\n'],
    ],
    ['low-ports', () => sandbox.read('/proc/sys/net/ipv4/ip_unprivileged_port_start'), '80\n'],
    [
      'open-files',
      () => [sandbox.read('/etc/security/limits.d/99-rkube-nofile.conf'), sandbox.calls()],
      ['alice hard nofile 524288\n', ''],
    ],
    [
      'processes',
      () => [sandbox.read('/etc/systemd/system/user-.slice.d/99-rkube-tasks.conf'), sandbox.calls()],
      ['[Slice]\nTasksMax=32768\n', 'systemctl daemon-reload\n'],
    ],
  ];

  test.each(wanted)('%s is mended, once, and taken back', (id, look, expected) => {
    const before = sandbox.state();
    const script = scriptFor(id, REMEDIES[id]);
    succeeded(sandbox.run(script));
    expect(look()).toEqual(expected);
    const after = sandbox.state({ times: true });
    const calls = sandbox.calls();
    expect(succeeded(sandbox.run(script))).not.toMatch(/written|installed:/);
    expect(sandbox.state({ times: true })).toEqual(after);
    expect(sandbox.calls()).toBe(calls);
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test('all of it at once is mended, once, and taken back, the newest first', () => {
    const before = sandbox.state();
    const script = rootScript(ALICE, EVERYTHING);
    const said = succeeded(sandbox.run(script));
    expect(said).toMatch(/^kernel-version: not for a script: Install a newer kernel and reboot$/m);
    expect(said).toMatch(/^cgroup-controllers: then: log out/m);
    const after = sandbox.state({ times: true });
    expect(sandbox.read('/etc/modprobe.d/hardening.conf')).toBe('# hardening\nblacklist floppy\n');
    succeeded(sandbox.run(script));
    expect(sandbox.state({ times: true })).toEqual(after);
    const undone = succeeded(sandbox.run(UNDO));
    expect(undone.indexOf('inotify')).toBeLessThan(undone.indexOf('subuid'));
    expect(sandbox.state()).toEqual(before);
    expect(succeeded(sandbox.run(UNDO))).toMatch(/nothing is recorded/);
    expect(sandbox.state()).toEqual(before);
  });

  test('can be done again after it was taken back', () => {
    const script = rootScript(ALICE, EVERYTHING);
    succeeded(sandbox.run(script));
    const once = sandbox.state();
    succeeded(sandbox.run(UNDO));
    succeeded(sandbox.run(script));
    expect(sandbox.state()).toEqual(once);
  });

  test('a name that a shell would take for commands stays a name', () => {
    const before = sandbox.state();
    const user = "o'hara $(touch /etc/owned) `touch /etc/owned`; touch /etc/owned";
    const reports = [
      report('subuid', { ...REMEDIES.subuid, user }),
      report('lingering', { kind: 'linger', user: 'x; $y' }),
    ];
    succeeded(sandbox.run(rootScript({ ...ALICE, user, hostname: user }, reports)));
    expect(sandbox.read('/etc/subuid')).toContain(`\n${user}:165536:65536\n`);
    expect(sandbox.read('/var/lib/systemd/linger/x; $y')).toBe('');
    expect(sandbox.read('/etc/owned')).toBeUndefined();
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test('mode, owner, links and capabilities of what was there come back', () => {
    const { path } = REMEDIES['cgroup-controllers'];
    sandbox.write(path, '[Service]\nDelegate=memory\n\n\n', 0o640);
    chownSync(sandbox.at(path), 12, 34);
    rmSync(sandbox.at('/etc/modprobe.d/hardening.conf'));
    sandbox.write('/etc/hardening', BLACKLIST, 0o600);
    symlinkSync('../hardening', sandbox.at('/etc/modprobe.d/hardening.conf'));
    spawnSync('setcap', ['cap_net_raw+p', sandbox.at('/var/lib/tools/newuidmap')]);
    const before = sandbox.state();
    succeeded(sandbox.run(rootScript(ALICE, EVERYTHING)));
    expect(sandbox.read('/etc/hardening')).toBe('# hardening\nblacklist floppy\n');
    expect(sandbox.state()[path]).toMatch(/^100640 12 34 /);
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test('what others add to a file meanwhile stays when it is taken back', () => {
    succeeded(sandbox.run(scriptFor('subuid', REMEDIES.subuid)));
    appendFileSync(sandbox.at('/etc/subuid'), 'carol:300000:65536\n');
    const dave = { ...REMEDIES.subuid, user: 'dave', start: 400_000 };
    succeeded(sandbox.run(scriptFor('subuid', dave)));
    expect(succeeded(sandbox.run(UNDO))).toMatch(/only what was added is taken out/);
    expect(sandbox.read('/etc/subuid')).toBe('bob:100000:65536\ncarol:300000:65536\n');
    expect(sandbox.read(KEPT)).toBeUndefined();
  });

  test('a file that somebody has changed meanwhile is left alone and named: exit 1', () => {
    const { file } = REMEDIES.inotify;
    succeeded(sandbox.run(rootScript(ALICE, EVERYTHING)));
    sandbox.write(file, 'fs.inotify.max_user_instances=8192\n');
    for (let time = 0; time < 2; time++) {
      const undone = sandbox.run(UNDO);
      expect(undone).toMatchObject({ status: 1, stderr: expect.stringContaining('not all is taken back') as string });
      expect(undone.stdout).toMatch(
        /99-rkube-inotify\.conf: left alone: .* rm -r \/var\/lib\/rkube\/administrator\/\d+$/m,
      );
      expect(sandbox.read(file)).toBe('fs.inotify.max_user_instances=8192\n');
      expect(sandbox.read('/etc/subgid')).toBeUndefined();
    }
  });

  test('another file that sets the same is named, for it may count at boot', () => {
    sandbox.write('/etc/sysctl.d/99-zz.conf', '# hardening\n user.max_user_namespaces = 0\n');
    sandbox.write('/etc/sysctl.d/99-yy.conf', '# user.max_user_namespaces = 0\nuser.max_user_namespaces_x=1\n');
    const said = succeeded(sandbox.run(scriptFor('user-namespaces', REMEDIES['user-namespaces'])));
    expect(said.match(/^.*note: .*$/gm)).toEqual([
      expect.stringContaining('/etc/sysctl.d/99-zz.conf sets user.max_user_namespaces too'),
    ]);
  });

  test('ids that somebody has got meanwhile are not given twice', () => {
    sandbox.write('/etc/subuid', 'bob:100000:65536\neve:231000:65536\n');
    const before = sandbox.state();
    expect(sandbox.run(scriptFor('subuid', REMEDIES.subuid))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/somebody.*eve:231000:65536.*printed anew/) as string,
    });
    expect(sandbox.state()).toEqual(before);
  });

  test('two users of one host, and both taken back', () => {
    const before = sandbox.state();
    succeeded(sandbox.run(rootScript(ALICE, EVERYTHING)));
    const dave = [
      report('subuid', { ...REMEDIES.subuid, user: 'dave', start: 231_072 }),
      report('lingering', { kind: 'linger', user: 'dave' }),
      report('inotify', REMEDIES.inotify),
    ];
    succeeded(sandbox.run(rootScript({ ...ALICE, user: 'dave' }, dave)));
    expect(sandbox.read('/etc/subuid')).toContain('dave:231072:65536\n');
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test('a step that fails is named, and what was done before it can be continued or taken back', () => {
    const before = sandbox.state();
    const reports = [report('subuid', REMEDIES.subuid), report('id-map-tools', REMEDIES['id-map-tools'])];
    sandbox.write('/tools/broken', '');
    expect(sandbox.run(rootScript(ALICE, reports))).toMatchObject({
      status: 100,
      stderr: expect.stringContaining('id-map-tools: stopped here') as string,
    });
    rmSync(sandbox.at('/tools/broken'));
    succeeded(sandbox.run(rootScript(ALICE, reports)));
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test.each([
    ['continued', scriptFor('subuid', REMEDIES.subuid), 'bob:100000:65536\nalice:165536:65536\n'],
    ['taken back', UNDO, 'bob:100000:65536'],
  ])('a file that was cut short while it was written can be %s, nothing in it lost', (_, script, expected) => {
    const before = sandbox.state();
    sandbox.write('/bin/cat', '#!/bin/sh\ncase $1 in */next) exit 1 ;; esac\nexec /usr/bin/cat "$@"\n', 0o755);
    expect(sandbox.run(scriptFor('subuid', REMEDIES.subuid))).toMatchObject({ status: 1 });
    expect(sandbox.read('/etc/subuid')).toBe('');
    rmSync(sandbox.at('/bin/cat'));
    succeeded(sandbox.run(script));
    expect(sandbox.read('/etc/subuid')).toBe(expected);
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
  });

  test.each([
    ['dnf', 'rpm', 'dnf install -y shadow-utils\nrpm -e shadow-utils\n'],
    ['zypper', 'rpm', 'zypper --non-interactive install shadow\nrpm -e shadow\n'],
    ['pacman', 'pacman', 'pacman -S --noconfirm shadow\npacman -R --noconfirm shadow\n'],
    ['apk', 'apk', 'apk add shadow-uidmap\napk del shadow-uidmap\n'],
  ] as const)('a package by %s comes, and goes by %s', (manager, other, calls) => {
    sandbox.write(`/bin/${manager}`, MANAGER, 0o755);
    sandbox.write(`/bin/${other}`, MANAGER, 0o755);
    const before = sandbox.state();
    const { names } = REMEDIES['id-map-tools'];
    // The first manager that the host has is taken.
    const remedy = { ...REMEDIES['id-map-tools'], names: { [manager]: '', ...names } };
    succeeded(sandbox.run(scriptFor('id-map-tools', remedy)));
    expect(sandbox.read('/tools/mapper-of-test')).toBeDefined();
    succeeded(sandbox.run(UNDO));
    expect(sandbox.state()).toEqual(before);
    expect(sandbox.calls()).toBe(calls);
  });

  test('a package that another one needs by now stays', () => {
    succeeded(sandbox.run(scriptFor('id-map-tools', REMEDIES['id-map-tools'])));
    sandbox.write('/tools/needed', '');
    expect(succeeded(sandbox.run(UNDO))).toMatch(/uidmap: package stays/);
    expect(sandbox.read('/tools/mapper-of-test')).toBeDefined();
    expect(sandbox.read(KEPT)).toBeUndefined();
  });

  test('a script cut short on its way does nothing', () => {
    const lines = rootScript(ALICE, EVERYTHING).split('\n');
    const before = sandbox.state({ times: true });
    for (let count = 5; count < lines.length - 1; count += 25) sandbox.run(lines.slice(0, count).join('\n'));
    expect(sandbox.state({ times: true })).toEqual(before);
  });

  test.each([
    ['root', rootScript(ALICE, EVERYTHING)],
    ['undo', UNDO],
  ])('is refused in one sentence when not run as root: %s', (_, script) => {
    const ran = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8', uid: 65_534, gid: 65_534, cwd: '/' });
    expect(ran).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^rkube: .*as root.*\n$/) as string,
    });
    expect(sandbox.read(KEPT)).toBeUndefined();
  });
});

test.for(['busybox sh', 'bash --posix'])('with %s it is the same', (shell, { skip }) => {
  skip(whyNot(shell) !== '', whyNot(shell));
  using sandbox = spoilt(shell);
  using other = spoilt('sh');
  const before = sandbox.state();
  // busybox has a dpkg of its own, which would come before the stand-in.
  const reports = EVERYTHING.filter(({ id }) => id !== 'id-map-tools');
  const script = rootScript(ALICE, reports);
  expect(succeeded(sandbox.run(script))).toBe(succeeded(other.run(script)));
  expect(sandbox.state()).toEqual(other.state());
  const after = sandbox.state({ times: true });
  succeeded(sandbox.run(script));
  expect(sandbox.state({ times: true })).toEqual(after);
  succeeded(sandbox.run(UNDO));
  expect(sandbox.state()).toEqual(before);
});

/** A machine that lacks everything. */
function spoilt(shell: string): Sandbox {
  const sandbox = new Sandbox(shell);
  sandbox.write('/proc/sys/user/max_user_namespaces', '0\n');
  sandbox.write('/proc/sys/fs/inotify/max_user_instances', '128\n');
  sandbox.write('/proc/sys/fs/inotify/max_user_watches', '999999\n');
  sandbox.write('/proc/sys/net/ipv4/ping_group_range', '1\t0\n');
  sandbox.write('/proc/sys/net/ipv4/ip_unprivileged_port_start', '1024\n');
  sandbox.write('/var/lib/tools/newuidmap', '', 0o755);
  sandbox.write('/var/lib/tools/newgidmap', '', 0o755);
  sandbox.write('/etc/subuid', 'bob:100000:65536', 0o640);
  sandbox.write('/etc/modprobe.d/hardening.conf', BLACKLIST);
  // Overruled by /etc, with other content.
  sandbox.write('/usr/local/lib/modprobe.d/hardening.conf', 'blacklist vxlan\n');
  sandbox.write('/usr/local/lib/modprobe.d/vendor.conf', 'install vxlan /usr/bin/true\noptions x y=1\n');
  sandbox.write('/etc/keep-me', 'as it is\n', 0o600);
  return sandbox;
}
