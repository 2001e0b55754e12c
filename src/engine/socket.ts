import type Docker from 'dockerode';
import { lineSplitter } from '../core/lines.ts';
import type { Place } from './place.ts';
import type { ContainerEngine } from './types.ts';

// The engine's API, where a socket pays: following events, and pulls that tell bytes. Unix sockets only, and only
// where one answers; the command line does everything else, and these two as well where there is none.

/** Milliseconds for the first answer: systemd starts Podman's service on the first connection. */
const PING_MS = 10_000;

/**
 * The engine's socket, when it answers. Podman tells a path also when nobody listens there; Docker's context may
 * lead to another host.
 */
export async function openSocket(
  engine: ContainerEngine,
  place: Place,
  signal: AbortSignal,
): Promise<Docker | undefined> {
  // A dry run shows command lines.
  if (engine.runner.open === undefined) return undefined;
  const path = socketPath(await address(engine, place));
  if (path === undefined) return undefined;
  const { default: Docker } = await import('dockerode');
  try {
    // The host of a DOCKER_HOST with tcp:// would win over socketPath; undefined leaves it no choice.
    const options = { socketPath: path, host: undefined, port: undefined, protocol: 'http' as const };
    const socket = new Docker(options);
    // Its types know no options of ping.
    const ping = socket.ping.bind(socket) as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
    await ping({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(PING_MS)]) });
    return socket;
  } catch {
    return undefined;
  }
}

async function address({ info, dialect }: ContainerEngine, place: Place): Promise<string> {
  return info.socket ?? (await dialect.findSocket?.(place)) ?? '';
}

/** The file of a unix socket; undefined for every other kind of address. */
export function socketPath(address: string): string | undefined {
  const path = address.replace(/^unix:\/\//, '');
  return path.startsWith('/') ? path : undefined;
}

/** Hands on the lines of an answer until it ends; rejects when the connection breaks. An abort is an end, too. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  const split = lineSplitter(onLine);
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => split(text));
  return new Promise((resolve, reject) => {
    stream.once('end', () => {
      split('\n');
      resolve();
    });
    stream.once('close', () => resolve());
    stream.once('error', reject);
  });
}
