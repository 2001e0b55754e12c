import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, mustBeClean, ok, on } from '../lab.ts';
import { suspected } from './causes.ts';

// One node, broken in several ways one after the other, and mended each time. The journal still tells of what is over, so
// what the ranking of suspects (src/explain/suspects/index.ts) has last comes first here. An API server that ends is in 77.

const who = 'alice@1';
const NODE = 'rkube-rkube-host1';
const POD = '{"spec":{"nodeName":"host1"}}';

/** A pod on the node, without the scheduler. */
const pod = (image: string, policy: string): string =>
  `rkube kubectl run broken --restart=Never --image=${image} --image-pull-policy=${policy} --overrides='${POD}' -- sleep 900`;
const NO_POD = 'rkube kubectl delete pod broken --now --ignore-not-found';

/** A command line on the host that runs this in the node. */
const inNode = (script: string): string => `podman exec ${NODE} bash -c '${script}'`;

interface Fault {
  readonly id: string;
  readonly evidence: RegExp;
  readonly spoil: string;
  readonly mend: string;
}

const FAULTS: readonly Fault[] = [
  {
    id: 'cni-plugin',
    evidence: /failed to find plugin "ptp"/,
    spoil: `${inNode('mv /opt/cni/bin/ptp /root/')}; ${pod('localhost/rkube-tools:1', 'Never')}`,
    mend: `${inNode('mv /root/ptp /opt/cni/bin/')}; ${NO_POD}`,
  },
  {
    id: 'image-missing',
    evidence: /localhost\/none:1/,
    spoil: pod('localhost/none:1', 'Never'),
    mend: NO_POD,
  },
  {
    id: 'pull-certificate',
    evidence: /certificate signed by unknown authority/,
    // Something at the node's own address that speaks HTTPS, with a certificate of the cluster's own: the API server.
    spoil: pod('10.99.0.11:6443/x:1', 'Always'),
    mend: NO_POD,
  },
  {
    id: 'containerd-down',
    evidence: /containerd\.service is (activating|failed)/,
    spoil: inNode(
      'cp /etc/containerd/config.toml /root/; echo "[plugins.broken" >>/etc/containerd/config.toml; systemctl restart containerd',
    ).concat(' || true'),
    mend: inNode(
      'cp /root/config.toml /etc/containerd/; systemctl reset-failed containerd; systemctl restart containerd; systemctl restart kubelet',
    ),
  },
];

describe.sequential('a node that is broken on purpose', () => {
  beforeAll(async () => {
    await lab('up', '1');
    await mustBeClean(who);
    await ok(who, 'rkube init');
  });
  afterAll(async () => {
    await ok(who, 'rkube delete --yes');
  });

  test.for(FAULTS)('is suspected of $id', async ({ id, evidence, spoil, mend }) => {
    await ok(who, spoil);
    try {
      expect((await suspected(who, id, 180))?.evidence).toMatch(evidence);
    } finally {
      await ok(who, mend);
    }
    await eventually(
      'the API answers, and all is well',
      180,
      () => on(who, 'rkube status'),
      ({ stdout }) => /Ready/.test(stdout) && stdout.includes('All pods are well'),
    );
  });
});
