import type { NodeContainer } from '../node/container.ts';

const OP = '/usr/local/lib/rkube/op';

/** Where `op` puts standard input while the command runs (compose/node/usr/local/lib/rkube/op). */
export const OPERATION_INPUT = '/run/rkube/op.input';

export interface Operation {
  readonly doing: string;
  /** Becomes the file OPERATION_INPUT, readable by root alone. */
  readonly input?: string;
  readonly secrets?: readonly string[];
  readonly timeoutMs: number;
  readonly next?: string;
  readonly onLine?: (line: string) => void;
}

/** Runs one long operation in the node, where `stopOperation` finds it. */
export async function operate(node: NodeContainer, argv: readonly string[], operation: Operation): Promise<string> {
  const { input, ...options } = operation;
  return node.run([OP, 'run', ...argv], { ...options, stdin: input ?? '', effect: 'write' });
}

/**
 * Ends what an earlier rkube left running in the node; nothing to do is fine. Needed after every interrupt:
 * ending the engine's client leaves the command running in the node (moby#9098).
 */
export async function stopOperation(node: NodeContainer): Promise<void> {
  await node.run([OP, 'stop'], {
    doing: 'Ending the operation that runs in the node',
    effect: 'write',
    timeoutMs: 30_000,
  });
}
