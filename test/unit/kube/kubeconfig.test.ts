import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostKubeconfig, kubeconfigPath } from '../../../src/kube/kubeconfig.ts';

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
