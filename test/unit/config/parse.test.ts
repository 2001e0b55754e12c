import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse.ts';
import { like, problemsOf } from '../support.ts';

const problems = (text: string) => problemsOf(() => parseConfig(text, 'rkube.yaml'));

describe('rkube.yaml', () => {
  it('gives every value with its place', () => {
    const text = 'node: alpha\nports:\n  kubelet: 10260\npublish: ["8080:80", 9090]\nallowRootful: true\n';
    expect(Object.fromEntries(parseConfig(text, 'my.yaml'))).toEqual({
      node: { value: 'alpha', source: 'my.yaml:1:7' },
      'ports.kubelet': { value: 10260, source: 'my.yaml:3:12' },
      publish: { value: ['8080:80', '9090'], source: 'my.yaml:4:10' },
      allowRootful: { value: true, source: 'my.yaml:5:15' },
    });
  });

  it('takes kubeadm documents as they are', () => {
    const text = 'kubeadm:\n  KubeletConfiguration:\n    maxPods: 50\n    featureGates: { A: true }\n';
    expect(parseConfig(text, 'f').get('kubeadm')?.value).toEqual({
      KubeletConfiguration: { maxPods: 50, featureGates: { A: true } },
    });
  });

  it.each([
    ['an empty file', ''],
    ['only a comment', '# nothing yet\n'],
    ['keys without a value', 'node:\nports:\n  kubelet:\nkubeadm:\n'],
    ['an anchor', 'node: &n alpha\ncluster: *n\n'],
  ])('accepts %s', async (_, text) => expect(await problems(text)).toEqual([]));

  it.each([
    ['nodes: a', 'rkube.yaml:1:1: unknown key nodes; did you mean "node"?'],
    ['ports:\n  kublet: 1', 'rkube.yaml:2:3: unknown key ports.kublet; did you mean "kubelet"?'],
    ['ports:\n  dns: 53', 'rkube.yaml:2:3: unknown key ports.dns; known keys: apiserver, kubelet, flannel, etcd'],
    ['kubernetesVersion: 1.36', 'rkube.yaml:1:20: kubernetesVersion must be text (put it in quotes), got 1.36'],
    ['ports: { etcd: "2379" }', 'rkube.yaml:1:16: ports.etcd must be a whole number, got "2379"'],
    ['ports: { etcd: 1.5 }', 'rkube.yaml:1:16: ports.etcd must be a whole number, got 1.5'],
    ['ports: 6443', 'rkube.yaml:1:8: ports must be a mapping (key: value), got 6443'],
    ['allowRootful: "yes"', 'rkube.yaml:1:15: allowRootful must be true or false, got "yes"'],
    ['publish: "8080"', 'rkube.yaml:1:10: publish must be a list of texts, got "8080"'],
    ['publish: [{ a: 1 }]', 'rkube.yaml:1:10: publish must be a list of texts, got [{"a":1}]'],
    ['kubeadm: [1]', 'rkube.yaml:1:10: kubeadm must be a mapping (key: value), got [1]'],
    [
      'kubeadm:\n  KubeletConfigurtion: {}',
      'rkube.yaml:2:3: unknown key kubeadm.KubeletConfigurtion; did you mean "KubeletConfiguration"?',
    ],
    [
      'kubeadm:\n  KubeletConfiguration: 7',
      'rkube.yaml:2:25: kubeadm.KubeletConfiguration must be a mapping (key: value), got 7',
    ],
    ['- a list', 'rkube.yaml:1:1: the file must be a mapping (key: value), got ["a list"]'],
    ['node: a\nnode: b', 'rkube.yaml:2:1: Map keys must be unique'],
    ['node: a\n---\nnode: b', /^rkube\.yaml:2:\d+: .*multiple documents/],
    ['node: "a', /^rkube\.yaml:1:\d+: Missing closing "quote/],
    ['a: b: c', /^rkube\.yaml:1:\d+: /],
  ])('%j is refused', async (text, expected) => {
    expect((await problems(text))[0]).toEqual(like(expected));
  });

  it('tells all problems at once', async () => {
    expect(await problems('nodes: a\nports:\n  etcd: x\nallowRootful: 3\n')).toHaveLength(3);
  });
});
