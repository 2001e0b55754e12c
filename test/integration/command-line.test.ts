import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { needsAdministrator } from '../../src/preflight/administrator/scripts.ts';
import { CHECKS } from '../../src/preflight/checks/index.ts';
import type { CheckReport } from '../../src/preflight/types.ts';
import { says } from './says.ts';
import { ADDRESS, TestSite } from './site.ts';

describe('the command line', () => {
  it.each([['--version'], ['version', '--json']])('tells its version: %s', async (...args) => {
    using site = new TestSite();
    expect(await site.run(args)).toMatchObject({ exitCode: 0, stdout: says(packageJson.version) });
  });

  it('begins help with what to do first', async () => {
    using site = new TestSite();
    expect(await site.run(['--help'])).toMatchObject({ exitCode: 0, stdout: says(/^Start here:\n {2}rkube doctor/) });
  });

  it.each('doctor up init join-command join status kubeconfig kubectl shell logs down reset delete version'.split(' '))(
    'begins the help of %s with examples, and touches nothing',
    async (verb) => {
      using site = new TestSite();
      expect(await site.run([verb, '--help'], { ignore: [] })).toMatchObject({
        exitCode: 0,
        stdout: says(new RegExp(`^Examples:\\n {2}rkube ${verb}`)),
      });
      expect(site.fakes.calls()).toEqual([]);
    },
  );

  it.each([
    [[]],
    [['nonsense']],
    [['inti']],
    [['init', '--nonsense']],
    [['down', 'extra']],
    [['init', '--progress', 'loud']],
  ])('is refused with exit 2: rkube %j', async (args) => {
    using site = new TestSite();
    expect(await site.run(args)).toMatchObject({ exitCode: 2, stdout: '', stderr: says(/rkube VERB/) });
    expect(site.fakes.calls()).toEqual([]);
  });

  it('proposes the verb that was meant', async () => {
    using site = new TestSite();
    expect(await site.run(['staus'])).toMatchObject({ exitCode: 2, stderr: says('status') });
  });

  it('does not mind a reader that goes away (rkube … | head)', async () => {
    using site = new TestSite();
    expect(await site.run(['completion', 'zsh'], { reader: 'gone' })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('rkube doctor', () => {
  it('reports every check with its evidence, and ends with 3 when one is fatal', async () => {
    using site = new TestSite({ kinds: [], engine: '' });
    const { exitCode, stdout } = await site.run(['doctor', '--json']);
    const reports = JSON.parse(stdout) as { id: string; finding: { state: string; evidence: string } }[];
    expect(exitCode).toBe(3);
    expect(reports.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(reports[0]).toMatchObject({
      id: 'engine-found',
      finding: { state: 'problem', evidence: says('podman is not installed') },
    });
    expect(reports.every(({ finding }) => finding.evidence !== '')).toBe(true);
    // The rest is judged as if there were one.
    expect(reports.find(({ id }) => id === 'address')?.finding).toMatchObject({ state: 'ok', evidence: says(ADDRESS) });
  });

  it('ends well when nothing fatal is left, and changes nothing', async () => {
    using site = new TestSite();
    const ignored = CHECKS.filter(({ id }) => id !== 'engine-found').flatMap(({ id }) => ['--ignore', id]);
    expect(await site.run(['doctor', ...ignored])).toMatchObject({
      exitCode: 0,
      stdout: says('✓ engine-found'),
      stderr: says('This host is ready'),
    });
    expect(site.changes()).toEqual([]);
  });

  it('prints one script for an administrator, and ends with 0 whatever is wrong', async () => {
    using site = new TestSite({ kinds: [], engine: '' });
    const ran = await site.run(['doctor', '--root-script']);
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: says(/^#!\/bin\/sh\n/),
      stderr: says('as root: sudo sh rkube-root.sh'),
    });
    expect(ran.stdout).toMatch(/# engine-found\n +# wanted: .*\n +# found: /);
    expect(execFileSync('sh', ['-n'], { input: ran.stdout, encoding: 'utf8' })).toBe('');
    expect((await site.run(['doctor', '--root-script'])).stdout).toBe(ran.stdout);
    const ignored = CHECKS.flatMap(({ id }) => ['--ignore', id]);
    expect((await site.run(['doctor', '--root-script', ...ignored])).stdout).toContain('# Nothing is needed');
  });

  it('prints the script that takes it back, without a look at this host', async () => {
    using site = new TestSite();
    const ran = await site.run(['doctor', '--undo-script']);
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: says('/var/lib/rkube/administrator'),
      stderr: says('rkube-undo.sh'),
    });
    expect(site.fakes.calls()).toEqual([]);
    const json = JSON.parse((await site.run(['doctor', '--undo-script', '--json'])).stdout) as { script: string };
    expect(json.script).toBe(ran.stdout);
  });

  it('prints one script at a time', async () => {
    using site = new TestSite();
    expect(await site.run(['doctor', '--root-script', '--undo-script'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: says('Give one of them'),
    });
  });

  it('names the script when an administrator is needed, and only then', async () => {
    using site = new TestSite();
    const { stdout, stderr } = await site.run(['doctor', '--json']);
    const reports = JSON.parse(stdout) as CheckReport[];
    expect(stderr.includes('rkube doctor --root-script')).toBe(reports.some(needsAdministrator));
    const unmended = reports.filter(({ root, finding }) => root && finding.state === 'problem' && !finding.remedy);
    expect(unmended).toEqual([]);
  });

  it('asks an engine that says it holds no container for none, and others for no more than what they hold', async () => {
    using site = new TestSite({ engine: '' });
    writeFileSync(join(site.state, 'docker.sock'), '');
    await site.run(['doctor']);
    const asked = site.fakes.calls().map(({ engine, argv }) => `${engine} ${argv[0]}`);
    expect(asked.toSorted()).toEqual(['docker ps', 'docker volume', 'podman info', 'podman volume']);
  });

  it('takes its own node for no taken port', async () => {
    using site = new TestSite();
    await site.run(['up']);
    expect((await site.run(['doctor'])).stdout).toMatch(/- ports-free: .*\n +the node runs and holds its ports/);
  });
});

describe('completion', () => {
  it('prints a script that bash takes', async () => {
    using site = new TestSite();
    const { exitCode, stdout } = await site.run(['completion', 'bash']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/complete .*rkube/);
    expect(execFileSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })).toBe('');
  });

  it.each(['zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    using site = new TestSite();
    expect(await site.run(['completion', shell])).toMatchObject({ exitCode: 0, stdout: says(/rkube.*complete/s) });
  });

  it.each([
    [[''], ['init', 'join-command', 'status', 'kubeconfig']],
    [['join'], ['join', 'join-command']],
    [
      ['init', '--po'],
      ['--port-apiserver', '--pod-subnet'],
    ],
    [
      ['delete', '--'],
      ['--yes', '--dry-run', '--cluster'],
    ],
  ])('answers %j with what fits', async (words, expected) => {
    using site = new TestSite();
    const { exitCode, stdout } = await site.run(['complete', '--', ...words]);
    const offered = stdout.split('\n').map((line) => line.split('\t')[0]);
    expect(exitCode).toBe(0);
    expect(offered).toEqual(expect.arrayContaining(expected));
    expect(offered).not.toContain(words[0] === 'init' ? '--yes' : '--nothing');
  });

  it.each([[], ['tcsh']])('is refused without a shell it knows: %s', async (...shell) => {
    using site = new TestSite();
    expect(await site.run(['completion', ...shell])).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
