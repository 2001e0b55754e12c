import { describe, expect, it } from 'vitest';
import { rawLayer } from '../../../src/config/layers.ts';
import { rawConfig } from '../../../src/config/raw.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';

const base = { env: {}, file: new Map(), hostname: 'host7', address: async () => '192.0.2.7' };

describe('the settings a node keeps', () => {
  it.each([
    {},
    { node: 'a', kubernetesVersion: '1.35.2', portEtcd: '0', image: 'x/y:1', podSubnet: '10.200.0.0/16' },
    { publish: ['80', '127.0.0.1:81:8081/udp'] },
  ])('of %j give the same settings again without any flag', async (flags) => {
    const made = await resolveConfig({ ...base, flags });
    const kept = rawLayer(JSON.parse(JSON.stringify(rawConfig(made))), 'node');
    const { sources: _, ...again } = await resolveConfig({ ...base, flags: {}, hostname: 'renamed', fixed: [kept] });
    const { sources: __, ...first } = made;
    expect(again).toEqual(first);
  });

  it('keep patches of kubeadm documents', async () => {
    const kubeadm = { KubeletConfiguration: { maxPods: 50 } };
    const made = await resolveConfig({ ...base, flags: {}, file: rawLayer({ kubeadm }, 'file') });
    expect(rawConfig(made).kubeadm).toEqual(kubeadm);
  });
});
