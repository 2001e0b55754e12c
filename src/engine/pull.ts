import { interrupted, messageOf, RkubeError } from '../core/errors.ts';
import type { Bytes } from '../core/reporter.ts';
import type { Host } from '../host/types.ts';
import { mayHaveCredentials } from './credentials.ts';
import { PullMeter } from './pull-meter.ts';
import { openSocket, readLines } from './socket.ts';
import type { ContainerEngine } from './types.ts';

interface Watching {
  readonly signal: AbortSignal;
  /** Called often. */
  readonly onBytes: (bytes: Bytes) => void;
  /** The engine's own words, where it tells no bytes. */
  readonly onLine: (line: string) => void;
}

/**
 * Pulls an image: through the engine's socket, which tells bytes, where there is one and no credentials are needed
 * that only the command line finds; else by the command line.
 * @throws RkubeError with the engine's words
 */
export async function pullImage(engine: ContainerEngine, host: Host, ref: string, watching: Watching): Promise<void> {
  const { signal, onLine } = watching;
  const socket = (await mayHaveCredentials(host, ref)) ? undefined : await openSocket(engine, host, signal);
  const query = engine.dialect.pullImage(ref);
  if (socket === undefined) return engine.ask(query, { onLine });
  const doing = `Pulling image ${ref}`;
  const meter = new PullMeter(watching.onBytes);
  try {
    const limit = AbortSignal.timeout(query.spec.timeoutMs ?? 0);
    const stream = await socket.createImage({ ...splitTag(ref), abortSignal: AbortSignal.any([signal, limit]) });
    // Podman answers 200 whatever comes, and tells a failure in one of the lines only.
    await readLines(stream, (line) => meter.read(line));
  } catch (cause) {
    if (!signal.aborted) throw failed(doing, meter.error || messageOf(cause), cause);
  }
  if (signal.aborted) throw interrupted(doing);
  if (meter.error !== '') throw failed(doing, meter.error);
  // A connection that breaks ends like one that is done.
  if (!(await engine.ask(engine.dialect.hasImage(ref)))) throw failed(doing, 'the engine broke it off');
}

function failed(doing: string, why: string, cause?: unknown): RkubeError {
  return new RkubeError({ id: 'pull-failed', message: `${doing}: ${why}`, details: [why], cause });
}

/** As the API wants it: without a tag it would pull all there are. */
export function splitTag(ref: string): { readonly fromImage: string; readonly tag: string } {
  const [name = '', digest] = ref.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const fromImage = colon === -1 ? name : name.slice(0, colon);
  return { fromImage, tag: digest ?? (colon === -1 ? 'latest' : name.slice(colon + 1)) };
}
