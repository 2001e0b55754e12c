import { parsePublish } from '../config/publish.ts';
import { RkubeError, usageError } from '../core/errors.ts';
import type { NodeContainer } from '../node/container.ts';

/** In the node, on its own volume: it goes where the node's state goes, and with it. */
export const MANUAL_PORTS = '/var/lib/rkube/ports.json';

/** Specs as they were written; none when there is no such file, or an unreadable one. */
export function readManual(text: string): readonly string[] {
  try {
    const { ports } = JSON.parse(text) as { ports: readonly string[] };
    return ports;
  } catch {
    return [];
  }
}

/**
 * Adds or removes ports that stay open on the host outside of Services, over restarts of all. Returns all of them.
 * @param specs `[ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp]`
 * @throws RkubeError `bad-port` for what is no such text, `no-such-port` when one that goes is not there
 */
export async function changeManual(
  node: NodeContainer,
  change: 'add' | 'rm',
  specs: readonly string[],
): Promise<readonly string[]> {
  for (const spec of specs) reject(spec);
  const before = readManual((await node.readFile(MANUAL_PORTS)) ?? '');
  const has = (list: readonly string[], spec: string): boolean => list.some((each) => holds(each, spec));
  if (change === 'rm')
    rejectUnknown(
      specs.filter((spec) => !has(before, spec)),
      before,
    );
  const others = before.filter((each) => !has(specs, each));
  const ports = change === 'add' ? [...others, ...specs] : others;
  await node.writeFile(MANUAL_PORTS, `${JSON.stringify({ ports })}\n`, `Noting the ports in ${MANUAL_PORTS}`);
  return ports;
}

/** Both mean the same port of the host, wherever they lead. */
function holds(a: string, b: string): boolean {
  const [one, other] = [parsePublish(a, ''), parsePublish(b, '')];
  return one?.hostPort === other?.hostPort && one?.protocol === other?.protocol && one?.address === other?.address;
}

function reject(spec: string): void {
  const port = parsePublish(spec, '');
  if (port !== undefined && port.protocol !== 'sctp') return;
  throw usageError({
    id: 'bad-port',
    message: `${spec} is no port that can be opened: expected [ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp], ports from 1 to 65535`,
    next: 'For example: `rkube ports add 8080:30080`.',
  });
}

function rejectUnknown(specs: readonly string[], known: readonly string[]): void {
  if (specs.length === 0) return;
  throw new RkubeError({
    id: 'no-such-port',
    message: `Not opened by \`rkube ports add\`: ${specs.join(', ')}; opened were: ${known.join(', ') || 'none'}`,
    next: 'See `rkube ports`.',
  });
}
