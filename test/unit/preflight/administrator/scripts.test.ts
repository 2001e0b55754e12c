import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import { needsAdministrator, rootScript, undoScript } from '../../../../src/preflight/administrator/scripts.ts';
import { cgroupControllers } from '../../../../src/preflight/checks/cgroup-controllers.ts';
import { CHECKS } from '../../../../src/preflight/checks/index.ts';
import { kernelTraps } from '../../../../src/preflight/checks/kernel-traps.ts';
import { runChecks } from '../../../../src/preflight/run.ts';
import { checkInput, podman } from '../fake.ts';
import { ALICE, EVERYTHING, REMEDIES, report } from './remedies.ts';

const SCRIPTS = [
  ['root, everything', rootScript(ALICE, EVERYTHING)],
  ['root, nothing', rootScript(ALICE, [])],
  ['undo', undoScript()],
  ...EVERYTHING.map((each) => [`root, ${each.id}`, rootScript(ALICE, [each])] as const),
] as const;

const found = spawnSync('shellcheck', ['--version']).status === 0;

describe('the scripts', () => {
  test('are these', async () => {
    await expect(rootScript(ALICE, EVERYTHING)).toMatchFileSnapshot('golden/root-everything.sh');
    await expect(rootScript(ALICE, [report('lingering', REMEDIES.lingering)])).toMatchFileSnapshot(
      'golden/root-lingering.sh',
    );
    await expect(undoScript()).toMatchFileSnapshot('golden/undo.sh');
  });

  test.each(SCRIPTS)('are taken by a shell: %s', (_, text) => {
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test.each(SCRIPTS)('fetch nothing: %s', (_, text) => {
    expect(text).not.toMatch(/curl|wget|https?:|\|\s*(ba)?sh\b/);
  });
});

describe('shellcheck', () => {
  beforeEach(({ skip }) => skip(!found, 'shellcheck is not installed'));

  test.each(SCRIPTS)('finds nothing in: %s', (_, text) => {
    // SC2317, SC2329: functions that undo calls by the kind of a record.
    const args = ['--shell=sh', '--exclude=SC2317,SC2329', '-'];
    expect(spawnSync('shellcheck', args, { input: text, encoding: 'utf8' }).stdout).toBe('');
  });
});

describe('the root script', () => {
  test('is the same for the same findings', () => {
    expect(rootScript(ALICE, EVERYTHING)).toBe(rootScript(ALICE, EVERYTHING));
  });

  test('has nothing to do where nothing was found, and says so', () => {
    const text = rootScript(ALICE, [report('subuid'), report('disk-space')]);
    expect(text).toContain('# Nothing is needed');
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('names host, user, check and evidence', () => {
    const text = rootScript(ALICE, [report('subuid', REMEDIES.subuid, '/etc/subuid: no range for alice')]);
    expect(text).toMatch(/^# .*host host1.*user alice \(uid 1001\)/m);
    expect(text).toMatch(/# subuid\n *# wanted: subuid is right\n *# found: \/etc\/subuid: no range for alice\n/);
  });

  test('only brings the functions it needs', () => {
    expect(rootScript(ALICE, [report('lingering', REMEDIES.lingering)])).not.toMatch(/sysctl|modprobe|apt-get/);
  });

  test.each(['a\n touch /tmp/x', 'a\r touch /tmp/x', 'a\u001b[2Jb'])('lets nothing out of a comment: %j', (evil) => {
    const whose = { ...ALICE, hostname: evil, user: evil };
    const text = rootScript(whose, [report('kernel-version', { kind: 'manual', text: evil }, evil)]);
    const lines = text.split('\n');
    expect(lines.filter((line) => /^\s*touch/.test(line))).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\r\u001b]/);
  });

  test('has a section for every check that needs an administrator', async () => {
    const files = {
      '/proc/sys/user/max_user_namespaces': '0\n',
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n',
      '/proc/sys/kernel/osrelease': '5.4.0\n',
      '/proc/sys/fs/inotify/max_user_instances': '128\n',
      '/proc/config.gz': '# all off\n',
      '/run/systemd/system': '',
      '/sys/fs/selinux/enforce': '1',
      '/proc/self/attr/current': 'user_u:user_r:user_t:s0',
      '/etc/subuid': 'alice:100000:9\nbob:100000:9\n',
      '/proc/self/limits': 'Max processes 1024 1024 processes\nMax open files 1024 4096 files\n',
      '/proc/key-users': '1001: 199 199/199 199/200 9000/20000\n',
      '/proc/sys/net/ipv4/ip_unprivileged_port_start': '1024\n',
      '/proc/sys/net/ipv4/ping_group_range': '1\t0\n',
      '/proc/self/status': 'Gid:\t1001\n',
      '/run/systemd/timesync': '',
      '/proc/uptime': '4000.0 1.0\n',
    };
    const ports = [{ address: '10.0.0.5', port: 80, protocol: 'tcp', what: 'published port, --publish' }];
    const input = checkInput({ files, free: 1 }, { engine: undefined, ports });
    // Delegation is asked for where there is cgroup v2 only, and a trap needs a kernel that nodes run on.
    const other = checkInput(
      {
        files: {
          '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
          '/proc/sys/kernel/osrelease': '6.11.0\n',
          '/run/systemd/system': '',
        },
      },
      { engine: { ...podman, networkVersion: 'passt_0.0~git20240220.1e6f92b-1_amd64' } },
    );
    const reports = [
      ...(await runChecks(CHECKS, input)),
      ...(await runChecks([cgroupControllers, kernelTraps], other)),
    ];
    const text = rootScript(input.host, reports);
    const sections = [...text.matchAll(/^ {2}subject=(\S+)$/gm)].map(([, id]) => id);
    const root = CHECKS.filter((check) => check.root).map(({ id }) => id);
    expect(sections).toEqual(expect.arrayContaining([...root, 'lingering', 'disk-space', 'engine-found']));
  });
});

test.each([
  ['a script has commands for it', report('lingering', REMEDIES.lingering), true],
  ['a person with root has to do it', report('kernel-version', REMEDIES['kernel-version']), true],
  ['the user can do it', { ...report('disk-space', REMEDIES['kernel-version']), root: false }, false],
  ['nothing is wrong', report('subuid'), false],
])('an administrator is needed or not: %s', (_, each, expected) => expect(needsAdministrator(each)).toBe(expected));
