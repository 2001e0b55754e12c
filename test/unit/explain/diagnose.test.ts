import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnose, explanation } from '../../../src/explain/diagnose.ts';
import { parseReading, type Reading } from '../../../src/explain/reading.ts';
import { SUSPECTS } from '../../../src/explain/suspects/index.ts';

const ids = (reading: Reading): string[] => diagnose(reading).map(({ id }) => id);
const unit = (name: string, state: string, more = ''): string =>
  `NRestarts=0\nResult=success\nId=${name}.service\nActiveState=${state}\nSubState=dead${more}`;

// Words of the programs themselves, from their sources and from reports of users; what was recorded in broken nodes
// is in recorded.test.ts.
describe('suspects', () => {
  it.each<[string, Reading]>([
    ['inotify-limit', { kubelet: 'failed to create fsnotify watcher: too many open files' }],
    ['inotify-limit', { engine: 'Failed to allocate directory watch: Too many open files' }],
    ['inotify-limit', { kubelet: 'inotify_add_watch /sys/fs/cgroup/x: no space left on device' }],
    [
      'disk-full',
      { disk: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 1000000 999990 10 100% /var' },
    ],
    ['disk-full', { containerd: 'write /var/lib/containerd/x: no space left on device' }],
    ['inodes-used-up', { inodes: 'Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda 65536 65536 0 100% /var' }],
    [
      'pids-limit',
      { containerd: 'fork/exec /usr/local/bin/containerd-shim-runc-v2: resource temporarily unavailable' },
    ],
    ['pids-limit', { engine: 'sh: 2: Cannot fork' }],
    ['cgroup-controllers', { controllers: 'memory pids' }],
    ['out-of-memory', { oom: '/sys/fs/cgroup/kubelet.slice/memory.events:oom_kill 3' }],
    [
      'wrong-image',
      { error: 'crun: executable file `/usr/local/bin/entrypoint` not found: No such file or directory' },
    ],
    ['wrong-image', { engine: 'exec /usr/local/bin/entrypoint: exec format error' }],
    ['systemd-start', { engine: 'Failed to create /init.scope control group: Permission denied' }],
    ['node-setup', { units: unit('rkube-node', 'failed'), 'rkube-node': 'Error: any valid prefix is expected' }],
    ['containerd-down', { units: unit('containerd', 'inactive') }],
    ['clock', { error: 'x509: certificate has expired or is not yet valid: current time 2020-01-01 is before 2026' }],
    [
      'pull-proxy',
      {
        kubelet:
          'Failed to pull image "a": Head "https://r/v2": proxyconnect tcp: dial tcp 127.0.0.1:9: connection refused',
      },
    ],
    ['pull-denied', { kubelet: 'Failed to pull image "a": 429 Too Many Requests - toomanyrequests' }],
    ['ticket-refused', { error: 'could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"' }],
    ['port-taken', { error: '[ERROR Port-10250]: Port 10250 is in use' }],
    ['api-unreachable', { api: 'curl: (7) Failed to connect to api.rkube.rkube.internal port 6443' }],
    ['node-forgotten', { api: 'answers 200', kubelet: String.raw`err="nodes \"host1\" not found"` }],
    [
      'api-server-crash',
      {
        pods: 'kube-apiserver-host1/kube-apiserver: Error: unknown flag: --none',
        kubelet: String.raw`err="node \"host1\" not found"`,
      },
    ],
    ['cni-plugin', { kubelet: String.raw`err="plugin type=\"ptp\" failed (add): no such file"` }],
    ['etcd-slow', { pods: 'etcd-host1/etcd: {"level":"warn","msg":"slow fdatasync","took":"2s"}' }],
    ['host-busy', { api: 'answers 200', pods: 'kube-scheduler-a/kube-scheduler: E1 "leaderelection lost"' }],
    [
      'kernel-refuses-rules',
      { pods: 'kube-proxy-x/kube-proxy: E1 nft: Error: Could not process rule: Operation not supported' },
    ],
    [
      'flannel-api',
      {
        cni: '/etc/cni/net.d:',
        pods: 'kube-flannel-ds-x/kube-flannel: E1 Failed to create SubnetManager: error retrieving pod spec',
      },
    ],
  ])('%s: %j', (id, reading) => {
    expect(ids(reading)[0]).toBe(id);
  });

  it.each<[string, Reading]>([
    [
      'room on the disk',
      { disk: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 9000000 1 8000000 1% /var' },
    ],
    [
      'a file system that counts no inodes',
      { inodes: 'Filesystem Inodes IUsed IFree IUse% Mounted on\nbtrfs 0 0 0 - /var' },
    ],
    ['all controllers', { controllers: 'cpuset cpu io memory pids' }],
    ['units that run', { units: `${unit('containerd', 'active')}\n\n${unit('kubelet', 'active')}` }],
    [
      'a CNI configuration beside an old complaint',
      { cni: '/etc/cni/net.d:\n10-flannel.conflist', kubelet: 'cni plugin not initialized' },
    ],
    ['a unit that is not installed', { units: unit('rkube-node', 'inactive', '\nLoadState=not-found') }],
    [
      'what Flannel said before it worked',
      { cni: '10-flannel.conflist', pods: 'kube-flannel-x/kube-flannel: E1 Failed to create SubnetManager' },
    ],
    [
      'what the kubelet said before the API server ran',
      { api: 'answers 200', kubelet: String.raw`connect: connection refused; err="node \"host1\" not found"` },
    ],
    [
      'controllers that cannot be read',
      { controllers: "sed: can't read /sys/fs/cgroup/cgroup.controllers: No such file or directory" },
    ],
    [
      'a lease that was lost with the API server',
      {
        api: 'answers 200',
        pods: 'kube-scheduler-a/x: E1 leaderelection lost\nkube-scheduler-a/x: connect: connection refused',
      },
    ],
    ['nothing', {}],
  ])('none for %s', (_, reading) => {
    expect(ids(reading)).toEqual([]);
  });

  it('of an image are told once, by its reason', () => {
    const line = (why: string) => ({ kubelet: `Failed to pull image "a": failed to do request: ${why}` });
    expect(ids(line('lookup r on 10.0.0.1:53: read udp: connection refused'))).toEqual(['pull-dns']);
    expect(ids(line('proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused'))).toEqual(['pull-proxy']);
    expect(ids(line('dial tcp 192.0.2.1:443: connect: connection refused'))).toEqual(['pull-no-route']);
  });

  it('that make others fail come first', () => {
    const reading: Reading = {
      cni: '/etc/cni/net.d:\n/opt/cni/bin:\nptp',
      kubelet: 'cni plugin not initialized\nFailed to pull image "f": no space left on device',
      units: unit('containerd', 'failed'),
    };
    expect(ids(reading)).toEqual(['disk-full', 'containerd-down', 'cni-missing']);
  });

  it('stand on the page that explanations name', () => {
    const page = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');
    expect(SUSPECTS.filter(({ id }) => !page.includes(`| \`${id}\` |`)).map(({ id }) => id)).toEqual([]);
  });

  it('have ids of their own', () => {
    expect(new Set(SUSPECTS.map(({ id }) => id)).size).toBe(SUSPECTS.length);
  });
});

describe('an explanation', () => {
  it('has the most likely cause with its evidence, fix and page, and the others in a line each', () => {
    const reading: Reading = { controllers: 'memory pids', units: unit('containerd', 'failed', '\nNRestarts=7') };
    expect(explanation(diagnose(reading))).toEqual([
      'Most likely cause: The node has not all cgroup controllers that the kubelet needs',
      '  seen: cgroup.controllers: memory pids; missing: cpu',
      expect.stringMatching(/^ {2}fix: See `rkube doctor`/),
      '  more: cgroup-controllers in docs/troubleshooting.md',
      'Also seen: containerd in the node does not run (systemctl: containerd.service is failed (dead))',
    ]);
  });

  it('is empty when nothing is suspected', () => {
    expect(explanation([])).toEqual([]);
  });

  it('quotes the part of a long line that speaks for it, without secrets', () => {
    const line = `${'x '.repeat(400)}write /var/a?token=hunter2: no space left on device${' y'.repeat(400)}`;
    const [first] = diagnose({ kubelet: line });
    expect(first?.evidence).toMatch(/^kubelet: ….*no space left on device.*…$/);
    expect(first?.evidence).not.toContain('hunter2');
    expect(first?.evidence.length).toBeLessThan(330);
  });
});

it('a reading is cut into its parts', () => {
  expect(parseReading('noise\n== units\nId=a\n\nId=b\n\n== disk\n\n== rkube-node\nword == word\n')).toEqual({
    units: 'Id=a\n\nId=b',
    'rkube-node': 'word == word',
  });
});
