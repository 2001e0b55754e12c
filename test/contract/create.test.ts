import { expect, test } from 'vitest';
import type { EngineKind } from '../../src/config/types.ts';
import { docker } from '../../src/engine/docker.ts';
import { nerdctl } from '../../src/engine/nerdctl.ts';
import { podman } from '../../src/engine/podman.ts';
import type { ContainerSpec, Dialect } from '../../src/engine/types.ts';

const DIALECTS: Readonly<Record<EngineKind, Dialect>> = { podman, docker, nerdctl };

const spec = (kind: EngineKind): ContainerSpec => ({
  name: 'rkube-a-n1',
  hostname: 'n1',
  image: 'localhost/rkube-node:v1.36.3',
  network: kind === 'podman' ? 'pasta' : 'rkube-a',
  env: { container: kind },
  labels: { 'dev.rkube.cluster': 'a', 'dev.rkube.config': '{"node":"n1","list":[1,2]}' },
  tmpfs: ['/tmp', '/run'],
  mounts: [
    { kind: 'volume', source: 'rkube-a-n1-var', target: '/var', options: ['suid', 'exec', 'dev'] },
    { kind: 'volume', source: 'rkube-a-n1-kubernetes', target: '/etc/kubernetes', options: [] },
    { kind: 'bind', source: '/lib/modules', target: '/lib/modules', options: ['ro'] },
  ],
  devices: ['/dev/fuse', '/dev/net/tun'],
  ports: [
    { address: '10.99.0.11', hostPort: 6443, nodePort: 6443, protocol: 'tcp' },
    { address: '127.0.0.1', hostPort: 6443, nodePort: 6443, protocol: 'tcp' },
    { address: '10.99.0.11', hostPort: 8472, nodePort: 8472, protocol: 'udp' },
  ],
});

// The whole argument list, one argument a line: `npx vitest run --project contract -u` after a wanted change.
test.each(['podman', 'docker', 'nerdctl'] as const)(
  '%s creates a node container with exactly these arguments',
  async (kind) => {
    const { spec: command } = DIALECTS[kind].createContainer(spec(kind));
    expect(command.effect).toBe('write');
    await expect(`${[command.file, ...command.args].join('\n')}\n`).toMatchFileSnapshot(`golden/${kind}-create.txt`);
  },
);
