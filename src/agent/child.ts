import { spawn } from 'node:child_process';
import { RkubeError } from '../core/errors.ts';

/** A look at three engines on a busy host. Milliseconds. */
const DEADLINE_MS = 120_000;
/** Of what a child complains about so much is kept. Characters. */
const KEPT = 2_000;

/**
 * Runs this rkube with other arguments and parses what it prints as JSON. In a process of its own: what asking an
 * engine loads is gone when it ends, and the agent stays small.
 * @throws RkubeError `agent-child` when it fails
 */
export function askRkube<T>(args: readonly string[], signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
    let said = '';
    let complained = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-KEPT)));
    const failed = (why: string): void =>
      reject(new RkubeError({ id: 'agent-child', message: `rkube ${args.join(' ')}: ${why}` }));
    child.once('error', (error) => failed(error.message));
    child.once('close', (code) => {
      if (code !== 0) return failed(complained.trim().split('\n').at(-1) ?? `exit code ${code}`);
      try {
        resolve(JSON.parse(said) as T);
      } catch {
        failed('did not answer in JSON');
      }
    });
  });
}
