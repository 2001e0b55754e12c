import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment, type NodeState, parseState } from '../../../src/node/state.ts';

const STATE: NodeState = {
  phase: 'member',
  role: 'worker',
  address: '192.0.2.7',
  kubernetesVersion: 'v1.36.3',
  endpoint: 'api.lab.rkube.internal',
  controlPlanes: ['192.0.2.8', '192.0.2.9'],
  flannelPort: 8472,
  softwareVxlanChecksum: true,
  mtu: 0,
};

/** What a POSIX shell has in its variables after it has read the file, as the node's start script does. */
function sourced(state: NodeState): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-env-'));
  try {
    const file = join(folder, 'node.env');
    writeFileSync(file, environment(state));
    const script = `set -eu; . '${file}'; set | grep ^RKUBE_`;
    const lines = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
      .trim()
      .split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1).replaceAll("'", '')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('node.env', () => {
  it('gives a shell what the node must know', () => {
    expect(sourced({ ...STATE, pathMtu: 1460 })).toEqual({
      RKUBE_ADDRESS: '192.0.2.7',
      RKUBE_ENDPOINT: 'api.lab.rkube.internal',
      RKUBE_ENDPOINTS: '192.0.2.8 192.0.2.9',
      RKUBE_ANSWERS: '',
      RKUBE_FLANNEL_PORT: '8472',
      RKUBE_PATH_MTU: '1460',
      RKUBE_VXLAN_CHECKSUM: 'software',
    });
  });

  it.each([
    ['control-plane', 'initializing', 'peers'],
    ['control-plane', 'member', 'peers'],
    ['control-plane', 'joining', ''],
    ['control-plane', 'empty', ''],
    ['worker', 'member', ''],
  ] as const)('tells whether a %s that is %s answers others', (role, phase, answers) => {
    expect(sourced({ ...STATE, role, phase })['RKUBE_ANSWERS']).toBe(answers);
  });

  it('gives empty values for what an empty node does not know', () => {
    expect(
      sourced({ ...STATE, phase: 'empty', endpoint: '', controlPlanes: [], softwareVxlanChecksum: false }),
    ).toEqual({
      RKUBE_ADDRESS: '192.0.2.7',
      RKUBE_ENDPOINT: '',
      RKUBE_ENDPOINTS: '',
      RKUBE_ANSWERS: '',
      RKUBE_FLANNEL_PORT: '8472',
      RKUBE_PATH_MTU: '',
      RKUBE_VXLAN_CHECKSUM: '',
    });
  });
});

describe('the state of a node', () => {
  it('comes back as it was written', () => expect(parseState(JSON.stringify(STATE))).toEqual(STATE));

  it.each(['', '{"phase": "mem'])('that is damaged is named, with what to do: %j', (text) =>
    expect(() => parseState(text)).toThrow(
      expect.objectContaining({
        id: 'state-damaged',
        next: expect.stringContaining('rkube delete') as string,
      }) as Error,
    ),
  );
});
