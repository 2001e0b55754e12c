import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../src/node/files.ts';

const files = nodeFiles();
const find = (path: string) => files.find((file) => file.path === path);

describe('the files of a node', () => {
  it('are these', () => {
    expect(files.map(({ path }) => path)).toEqual([
      '/etc/systemd/system/kubelet.service.d/20-rkube.conf',
      '/etc/systemd/system/rkube-guard.service',
      '/etc/systemd/system/rkube-node.service',
      '/etc/systemd/system/rkube-peers.service',
      '/etc/systemd/system/rkube-peers.socket',
      '/etc/systemd/system/rkube-vxlan.service',
      '/usr/local/lib/rkube/apply',
      '/usr/local/lib/rkube/guard',
      '/usr/local/lib/rkube/keep',
      '/usr/local/lib/rkube/node-start',
      '/usr/local/lib/rkube/op',
      '/usr/local/lib/rkube/peers',
      '/usr/local/lib/rkube/vxlan-checksum',
    ]);
  });

  it('are programs where they begin with a shell, and only there', () => {
    for (const { path, text, mode } of files)
      expect([path, mode.toString(8)]).toEqual([path, text.startsWith('#!') ? '755' : '644']);
  });

  it('name only programs of rkube that are among them', () => {
    const named = files.flatMap(({ text }) => text.match(/\/usr\/local\/lib\/rkube\/\w[\w-]*/g) ?? []);
    expect(named.length).toBeGreaterThan(1);
    for (const path of named) expect(find(path), path).toBeDefined();
  });

  it('name only units that are among them', () => {
    const named = files.flatMap(({ text }) => text.match(/rkube-[a-z]+\.service/g) ?? []);
    expect(named.length).toBeGreaterThan(1);
    for (const unit of named) expect(find(`/etc/systemd/system/${unit}`), unit).toBeDefined();
  });

  it('let the kubelet wait for what prepares the node', () => {
    expect(find('/etc/systemd/system/rkube-node.service')?.text).toMatch(/^Before=.*\bkubelet\.service/m);
    expect(find('/etc/systemd/system/kubelet.service.d/20-rkube.conf')?.text).toMatch(/^Wants=rkube-node\.service/m);
  });
});
