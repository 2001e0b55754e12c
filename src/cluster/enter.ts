import { RkubeError } from '../core/errors.ts';
import type { Site } from './site.ts';

interface Terminal {
  readonly stdin: { isTTY?: boolean };
  readonly stdout: { isTTY?: boolean };
}

/** Runs a command in the node with this process's terminal or pipes; resolves with its exit code. */
export async function enterNode(site: Site, argv: readonly string[], terminal: Terminal): Promise<number> {
  await rejectStopped(site);
  return site.engine.runner.attach(site.node.spec(argv, { effect: 'read', terminal: terminalOf(terminal) }));
}

export const terminalOf = ({ stdin, stdout }: Terminal): 'tty' | 'stdin' =>
  stdin.isTTY === true && stdout.isTTY === true ? 'tty' : 'stdin';

/** @throws RkubeError `node-not-running` */
export async function rejectStopped({ node, config }: Site): Promise<void> {
  const state = await node.state();
  if (state?.status === 'running') return;
  throw new RkubeError({
    id: 'node-not-running',
    message: `Node ${config.node} of cluster ${config.cluster} ${state === undefined ? 'does not exist' : `is ${state.status}`} on this host`,
    next: state === undefined ? '`rkube init` or `rkube join` makes it.' : '`rkube up` starts it.',
  });
}
