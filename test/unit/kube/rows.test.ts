import { describe, expect, it } from 'vitest';
import { type KubeObject, nodeRows, podRows } from '../../../src/kube/rows.ts';

const metadata = { name: 'host1' };
const node = (status: KubeObject['status'], labels: Record<string, string> = {}): KubeObject => ({
  kind: 'Node',
  metadata: { ...metadata, labels },
  ...(status === undefined ? {} : { status }),
});

describe('a node', () => {
  it('that is ready', () => {
    const status = {
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: 'True', message: 'kubelet is posting ready status' },
      ],
      addresses: [
        { type: 'Hostname', address: 'host1' },
        { type: 'InternalIP', address: '192.0.2.7' },
      ],
      nodeInfo: { kubeletVersion: 'v1.36.3' },
    };
    expect(nodeRows([node(status, { 'node-role.kubernetes.io/control-plane': '' })])).toEqual([
      { name: 'host1', ready: true, role: 'control-plane', address: '192.0.2.7', version: 'v1.36.3', message: '' },
    ]);
  });

  it.each([
    [
      'says why',
      { conditions: [{ type: 'Ready', status: 'False', message: 'cni plugin not initialized' }] },
      'cni plugin not initialized',
    ],
    [
      'is not heard of',
      { conditions: [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting' }] },
      'Kubelet stopped posting',
    ],
    ['has not reported yet', undefined, 'the kubelet has not reported yet'],
  ])('that is not ready and %s', (_, status, message) => {
    expect(nodeRows([node(status)])).toEqual([
      { name: 'host1', ready: false, role: 'worker', address: '', version: '', message },
    ]);
  });

  it('is not a pod', () => {
    expect([nodeRows([{ kind: 'Pod', metadata }]), podRows([node(undefined)])]).toEqual([[], []]);
  });
});

const pod = (
  phase: string | undefined,
  ...containers: NonNullable<NonNullable<KubeObject['status']>['containerStatuses']>
): KubeObject => ({
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { nodeName: 'host1' },
  status: { ...(phase === undefined ? {} : { phase }), containerStatuses: containers },
});

describe('a pod', () => {
  const cases: [string, KubeObject, string, number, boolean][] = [
    [
      'that runs with all containers ready',
      pod('Running', { ready: true, restartCount: 1 }, { ready: true, restartCount: 2 }),
      'Running',
      3,
      true,
    ],
    [
      'that runs with one container not ready',
      pod('Running', { ready: true, restartCount: 0 }, { ready: false, restartCount: 0 }),
      'Running',
      0,
      false,
    ],
    ['that is done', pod('Succeeded', { ready: false, restartCount: 0 }), 'Succeeded', 0, true],
    [
      'that crashes',
      pod('Running', { ready: false, restartCount: 9, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
      'CrashLoopBackOff',
      9,
      false,
    ],
    ['that waits for a node', pod('Pending'), 'Pending', 0, false],
    ['that tells nothing', pod(undefined), 'Unknown', 0, false],
  ];
  it.each(cases)('%s', (_, object, state, restarts, well) => {
    expect(podRows([object])).toEqual([{ namespace: 'default', name: 'p', node: 'host1', state, restarts, well }]);
  });

  it('that has no node yet has no status either', () => {
    expect(podRows([{ kind: 'Pod', metadata }])).toEqual([
      { namespace: '', name: 'host1', node: '', state: 'Unknown', restarts: 0, well: false },
    ]);
  });
});
