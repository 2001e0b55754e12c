import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { diagnose } from '../../../src/explain/diagnose.ts';
import { parseReading } from '../../../src/explain/reading.ts';

/** Recorded by `podman exec -i NODE bash -s <compose/symptoms`, Kubernetes v1.36.3 on Podman 5.4; of logs their end. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../../fixtures/explain/${name}.txt`, import.meta.url), 'utf8');

it('nothing is suspected of a node that works, half a minute after its start', () => {
  const reading = parseReading(recorded('healthy'));
  expect(Object.keys(reading)).toEqual(
    expect.arrayContaining(['units', 'disk', 'controllers', 'cni', 'api', 'pods', 'kubelet', 'containerd']),
  );
  expect(diagnose(reading)).toEqual([]);
});

// How each node was broken, what it is suspected of, and the words it is told by.
test.each<[string, string, RegExp]>([
  ['registry-certificate', 'pull-certificate', /certificate signed by unknown authority/],
  ['registry-name', 'pull-dns', /lookup registry\.example\.invalid on .*connection refused/],
  ['image-never', 'image-missing', /localhost\/none:1/],
  ['no-ptp', 'cni-plugin', /failed to find plugin "ptp"/],
  ['kubelet-flag', 'kubelet-down', /unknown flag: --no-such-flag/],
  ['containerd-config', 'containerd-down', /containerd\.service is activating \(auto-restart, exit-code\)/],
  ['api-server-flag', 'api-server-crash', /unknown flag: --no-such-flag/],
  ['api-server-gone', 'api-unreachable', /^api: curl/],
  ['etcd-data', 'etcd-stopped', /member\/\.touch: not a directory/],
  ['no-inotify-instances', 'inotify-limit', /fsnotify watcher: too many open files/],
  ['wrong-address', 'node-setup', /^rkube-node: .*Error/],
  ['dns-loop', 'dns-loop', /^pods: coredns-.*Loop/],
  ['busy', 'host-busy', /leaderelection lost/],
])('%s: %s', (name, id, evidence) => {
  const [first] = diagnose(parseReading(recorded(name)));
  expect(first).toMatchObject({ id, evidence: expect.stringMatching(evidence) as string });
});
