import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipped } from '../../../src/core/package.ts';

// The real script; ctr is a stand-in that knows a stopped and a running container of etcd, and notes what is changed.

const CTR = `#!/bin/sh
shift 2
case "$*" in
  'tasks ls') cat tasks ;;
  'containers ls -q labels."io.kubernetes.container.name"==etcd') printf 'old\\nnew\\n' ;;
  *' new etcdctl '*' member list') cat members ;;
  *' new etcdctl '*' member '[ur]*) echo "$*" >changed ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`;

const MEMBERS = {
  two: '1a, started, two, https://192.0.2.2:2380, https://192.0.2.2:2379, false\n',
  one: '2b, started, one, https://192.0.2.1:2380, https://192.0.2.1:2379, false\n',
  three: '3c, started, three, https://192.0.2.3:2380, https://192.0.2.3:2379, false\n',
  joining: '4d, unstarted, , https://192.0.2.4:2380, , true\n',
};

describe('compose/etcd-member', () => {
  let root = '';
  const put = (file: string, text: string): void => writeFileSync(join(root, file), text, { mode: 0o755 });
  const run = (...words: string[]) =>
    spawnSync('bash', ['-s', ...words], {
      cwd: root,
      input: shipped('compose', 'etcd-member'),
      env: { PATH: `${root}:${process.env['PATH'] ?? ''}` },
      encoding: 'utf8',
    });
  const changed = (): string => (existsSync(join(root, 'changed')) ? readFileSync(join(root, 'changed'), 'utf8') : '');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rkube-etcd-member-'));
    put('ctr', CTR);
    put('members', MEMBERS.two + MEMBERS.one);
    put('tasks', 'TASK PID STATUS\nold 7 STOPPED\nnew 8 RUNNING\nother 9 RUNNING\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('tells the members where this one is', () => {
    expect(run('at', 'one', 'https://192.0.2.9:2380')).toMatchObject({ status: 0, stderr: '' });
    expect(changed()).toContain('member update 2b --peer-urls=https://192.0.2.9:2380');
  });

  it('changes nothing where they know', () => {
    expect(run('at', 'one', 'https://192.0.2.1:2380')).toMatchObject({ status: 0, stderr: '' });
    expect(changed()).toBe('');
  });

  it.each([
    ['etcd does not run', 'one', 'TASK PID STATUS\nold 7 STOPPED\n', 'etcd does not run yet', 2],
    ['nothing runs', 'one', '', 'etcd does not run yet', 2],
    ['etcd does not know it', 'three', 'TASK PID STATUS\nnew 8 RUNNING\n', 'etcd has no member three', 1],
  ])('says so when %s', (_, name, tasks, words, status) => {
    put('tasks', tasks);
    expect(run('at', name, 'https://192.0.2.9:2380')).toMatchObject({ status, stderr: `${words}\n` });
    expect(changed()).toBe('');
  });

  it('takes this one out by asking the others that have started', () => {
    put('members', MEMBERS.one + MEMBERS.two + MEMBERS.joining + MEMBERS.three);
    expect(run('leave', 'one')).toMatchObject({ status: 0, stderr: '' });
    expect(changed()).toContain('--endpoints=https://192.0.2.2:2379,https://192.0.2.3:2379 ');
    expect(changed()).toContain('member remove 2b');
  });

  it.each([
    ['it is alone', MEMBERS.one, 3, ''],
    ['no other has started', MEMBERS.one + MEMBERS.joining, 1, 'no other member of etcd has started\n'],
  ])('takes nothing out when %s', (_, members, status, stderr) => {
    put('members', members);
    expect(run('leave', 'one')).toMatchObject({ status, stderr });
    expect(changed()).toBe('');
  });
});
