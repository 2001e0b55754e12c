import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CommandRunner } from '../../../src/core/command.ts';
import { podman } from '../../../src/engine/podman.ts';
import type { ContainerEngine } from '../../../src/engine/types.ts';
import { NodeContainer } from '../../../src/node/container.ts';
import { result } from '../engine/support.ts';

/** A node whose commands run here, with at most so many blocks of 512 bytes in a file. */
function node(blocks: string): NodeContainer {
  const run: CommandRunner['run'] = async (spec) => {
    const argv = spec.args.slice(spec.args.indexOf('n') + 1);
    const limited = ['-c', `trap "" XFSZ; ulimit -f ${blocks}; exec "$@"`, 'sh', ...argv];
    const { status, stderr } = spawnSync('sh', limited, { input: spec.stdin, encoding: 'utf8' });
    return result({ spec, exitCode: status, stderr });
  };
  const engine = { dialect: podman, runner: { run, attach: async () => 0 } } as unknown as ContainerEngine;
  return new NodeContainer(engine, 'n', { cluster: 'c', node: 'n' });
}

it('a file in the node is replaced whole, or stays as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-write-'));
  try {
    const file = join(folder, 'lib', 'state.json');
    await node('unlimited').writeFile(file, 'first', 'Noting');
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['first', 0o600]);
    await expect(node('1').writeFile(file, 'x'.repeat(5000), 'Noting')).rejects.toThrow(/^Noting/);
    expect(readFileSync(file, 'utf8')).toBe('first');
    await node('unlimited').writeFile(file, 'second', 'Noting');
    expect(readFileSync(file, 'utf8')).toBe('second');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
