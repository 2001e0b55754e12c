import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipped } from '../../../src/core/package.ts';

// The real script, on the files of a node in a folder; systemctl is a stand-in.

const FLAGS =
  'KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/c.sock --node-ip=192.0.2.1 --port=10250"\n';
const API = `annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 192.0.2.1:6443
    - --advertise-address=192.0.2.1
    - --service-cluster-ip-range=10.96.0.0/16
        host: 192.0.2.1
        # 192.0.2.10 and 1192.0.2.1 are others'
`;
const ETCD = `    - --initial-cluster=other=https://192.0.2.11:2380,one=https://192.0.2.1:2380
    - --listen-client-urls=https://127.0.0.1:2379,https://192.0.2.1:2379
`;
const CONF = 'server: https://192.0.2.1:6443\n';
const NAMED = 'server: https://api.lab.rkube.internal:6443\n';

describe('compose/readdress', () => {
  let root = '';
  const path = (file: string): string => join(root, file);
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const read = (file: string): string => readFileSync(path(file), 'utf8');
  const run = (what: string): void => {
    const script = shipped('compose', 'readdress').replaceAll(/\/(var\/lib\/kubelet|etc\/kubernetes)/g, `${root}/$1`);
    execFileSync('bash', ['-s', what], { input: script, env: { PATH: `${root}/bin:${process.env['PATH']}` } });
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rkube-readdress-'));
    put('bin/systemctl', `#!/bin/sh\necho "$*" >>${root}/asked\n`);
    chmodSync(path('bin/systemctl'), 0o755);
    put('var/lib/kubelet/config.yaml', 'kind: KubeletConfiguration\n');
    put('var/lib/kubelet/kubeadm-flags.env', FLAGS);
    put('etc/kubernetes/kubelet.conf', NAMED);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const controlPlane = (): void => {
    mkdirSync(path('etc/kubernetes/manifests'));
    put('etc/kubernetes/manifests/kube-apiserver.yaml', API);
    put('etc/kubernetes/manifests/etcd.yaml', ETCD);
    put('etc/kubernetes/scheduler.conf', CONF);
    put('etc/kubernetes/admin.conf', NAMED);
  };

  it('changes the flag of the kubelet on a worker, and nothing else', () => {
    run('192.0.2.7');
    expect(read('var/lib/kubelet/kubeadm-flags.env')).toBe(FLAGS.replace('192.0.2.1', '192.0.2.7'));
    expect(read('etc/kubernetes/kubelet.conf')).toBe(NAMED);
    expect(read('asked')).toBe('stop kubelet.service\n');
  });

  it('changes this address, and no other that looks like it, everywhere on a control plane', () => {
    controlPlane();
    run('192.0.2.7');
    const expected = API.replaceAll('192.0.2.1:', '192.0.2.7:').replaceAll('192.0.2.1\n', '192.0.2.7\n');
    expect(read('etc/kubernetes/manifests/kube-apiserver.yaml')).toBe(expected);
    expect(read('etc/kubernetes/manifests/etcd.yaml')).toBe(ETCD.replaceAll('192.0.2.1:', '192.0.2.7:'));
    expect(read('etc/kubernetes/scheduler.conf')).toBe(CONF.replace('192.0.2.1', '192.0.2.7'));
    expect(read('etc/kubernetes/admin.conf')).toBe(NAMED);
    expect(statSync(path('etc/kubernetes/scheduler.conf')).mode & 0o777).toBe(0o600);
    expect(readdirSync(path('etc/kubernetes/manifests')).toSorted()).toEqual(['etcd.yaml', 'kube-apiserver.yaml']);
  });

  it('goes on where an earlier run was ended', () => {
    controlPlane();
    put('etc/kubernetes/scheduler.conf', CONF.replace('192.0.2.1', '192.0.2.7'));
    put('etc/kubernetes/manifests/.rkube-move', 'half a mani');
    run('192.0.2.7');
    run('192.0.2.7');
    expect(read('etc/kubernetes/manifests/etcd.yaml')).toBe(ETCD.replaceAll('192.0.2.1:', '192.0.2.7:'));
    expect(read('etc/kubernetes/scheduler.conf')).toBe(CONF.replace('192.0.2.1', '192.0.2.7'));
  });

  it('holds the kubelet until all is done', () => {
    run('hold');
    run('hold');
    expect(existsSync(path('var/lib/kubelet/config.yaml'))).toBe(false);
    expect(read('var/lib/kubelet/kubeadm-flags.env')).toBe(FLAGS);
    run('192.0.2.7');
    expect(read('var/lib/kubelet/config.yaml')).toBe('kind: KubeletConfiguration\n');
    expect(readdirSync(path('var/lib/kubelet')).toSorted()).toEqual(['config.yaml', 'kubeadm-flags.env']);
  });
});
