import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipped } from '../../../src/core/package.ts';

// The real script; ctr is a stand-in that knows a stopped and a running container of etcd, and notes what is updated.

const CTR = `#!/bin/sh
shift 2
case "$*" in
  'tasks ls') cat tasks ;;
  'containers ls -q labels."io.kubernetes.container.name"==etcd') printf 'old\\nnew\\n' ;;
  *' new etcdctl '*' member list') printf '1a, started, two, https://192.0.2.2:2380, x, false\\n2b, started, one, https://192.0.2.1:2380, x, false\\n' ;;
  *' new etcdctl '*' member update '*) echo "$*" >updated ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`;

describe('compose/etcd-url', () => {
  let root = '';
  const put = (file: string, text: string): void => writeFileSync(join(root, file), text, { mode: 0o755 });
  const run = (name: string, url: string) =>
    spawnSync('bash', ['-s', name, url], {
      cwd: root,
      input: shipped('compose', 'etcd-url'),
      env: { PATH: `${root}:${process.env['PATH'] ?? ''}` },
      encoding: 'utf8',
    });
  const updated = (): string => (existsSync(join(root, 'updated')) ? readFileSync(join(root, 'updated'), 'utf8') : '');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rkube-etcd-url-'));
    put('ctr', CTR);
    put('tasks', 'TASK PID STATUS\nold 7 STOPPED\nnew 8 RUNNING\nother 9 RUNNING\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('tells the members where this one is', () => {
    expect(run('one', 'https://192.0.2.9:2380')).toMatchObject({ status: 0, stderr: '' });
    expect(updated()).toContain('member update 2b --peer-urls=https://192.0.2.9:2380');
  });

  it('changes nothing where they know', () => {
    expect(run('one', 'https://192.0.2.1:2380')).toMatchObject({ status: 0, stderr: '' });
    expect(updated()).toBe('');
  });

  it.each([
    ['etcd does not run', 'one', 'TASK PID STATUS\nold 7 STOPPED\n', 'etcd does not run yet'],
    ['nothing runs', 'one', '', 'etcd does not run yet'],
    ['etcd does not know it', 'three', 'TASK PID STATUS\nnew 8 RUNNING\n', 'etcd has no member three'],
  ])('says so when %s', (_, name, tasks, words) => {
    put('tasks', tasks);
    expect(run(name, 'https://192.0.2.9:2380')).toMatchObject({ status: 1, stderr: `${words}\n` });
    expect(updated()).toBe('');
  });
});
