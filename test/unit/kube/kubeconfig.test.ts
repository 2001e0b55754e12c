import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostKubeconfig, kubeconfigPath, writeSecretFile } from '../../../src/kube/kubeconfig.ts';

const ADMIN = `apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: kubernetes
  cluster:
    certificate-authority-data: ${'Q0E='.repeat(60)}
    server: https://api.lab.rkube.internal:6443
users:
- name: kubernetes-admin
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
contexts:
- name: kubernetes-admin@kubernetes
  context:
    cluster: kubernetes
    user: kubernetes-admin
current-context: kubernetes-admin@kubernetes
`;

describe('the kubeconfig for use outside the node', () => {
  const written = parse(hostKubeconfig(ADMIN, 'lab', 'https://127.0.0.1:7443')) as Record<string, unknown>;

  it('names everything after the cluster, so that several can be merged', () => {
    expect(written).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      preferences: {},
      clusters: [
        {
          name: 'rkube-lab',
          cluster: { 'certificate-authority-data': 'Q0E='.repeat(60), server: 'https://127.0.0.1:7443' },
        },
      ],
      users: [{ name: 'rkube-lab-admin', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
      contexts: [{ name: 'rkube-lab', context: { cluster: 'rkube-lab', user: 'rkube-lab-admin' } }],
      'current-context': 'rkube-lab',
    });
  });

  it('breaks no long line', () => {
    expect(hostKubeconfig(ADMIN, 'lab', 'https://127.0.0.1:7443')).toContain(
      `certificate-authority-data: ${'Q0E='.repeat(60)}\n`,
    );
  });

  it('lies beside the one of kubectl', () => {
    expect(kubeconfigPath('/home/alice', 'lab')).toBe('/home/alice/.kube/rkube-lab.yaml');
  });
});

describe('a secret file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rkube-secret-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it('is made with its folder, for the owner alone', async () => {
    const path = join(folder, '.kube', 'a.yaml');
    await writeSecretFile(path, 'secret\n');
    expect([readFileSync(path, 'utf8'), mode(path), mode(join(folder, '.kube'))]).toEqual(['secret\n', '600', '700']);
  });

  it('takes the place of one that others could read', async () => {
    const path = join(folder, 'a.yaml');
    writeFileSync(path, 'old', { mode: 0o644 });
    await writeSecretFile(path, 'new');
    expect([readFileSync(path, 'utf8'), mode(path)]).toEqual(['new', '600']);
  });

  it('leaves nothing half written behind when it cannot be put in place', async () => {
    await expect(writeSecretFile(folder, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(
      readdirSync(join(folder, '..')).filter(
        (name) => name.endsWith('.tmp') && name.includes(folder.split('/').at(-1) ?? ''),
      ),
    ).toEqual([]);
  });
});
