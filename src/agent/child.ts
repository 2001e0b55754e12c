import { spawn } from 'node:child_process';
import { RkubeError } from '../core/errors.ts';
import { FROM_AGENT } from '../host/agent-socket.ts';

/** A look at three engines on a busy host. Milliseconds. */
const LOOK_MS = 120_000;
/** Of what a child complains about so much is kept. Characters. */
const KEPT = 2_000;

/**
 * Runs this rkube with other arguments and parses what it prints as JSON. In a process of its own: what asking an
 * engine loads is gone when it ends, and the agent stays small. Settles when the process has ended, also when the
 * signal aborts: it takes back what it has begun.
 * @param deadlineMs milliseconds
 * @throws RkubeError `agent-child` when it fails
 */
export function askRkube<T>(args: readonly string[], signal: AbortSignal, deadlineMs = LOOK_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [FROM_AGENT]: '1' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
    let said = '';
    let complained = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-KEPT)));
    const failed = (why: string): void =>
      reject(new RkubeError({ id: 'agent-child', message: `rkube ${args.join(' ')}: ${why}` }));
    child.once('error', (error) => (child.pid === undefined ? failed(error.message) : undefined));
    child.once('close', (code) => {
      const answer = parse(said) as (T & Failure) | undefined;
      if (code === 0 && answer !== undefined) return resolve(answer);
      if (code === 0) return failed('did not answer in JSON');
      const { message, next } = answer?.error ?? {};
      const told = message === undefined ? undefined : [message, next].filter(Boolean).join('. ');
      failed(told ?? complained.trim().split('\n').at(-1) ?? `exit code ${code}`);
    });
  });
}

/** What a verb with --json prints when it fails. */
interface Failure {
  readonly error?: { readonly message: string; readonly next?: string };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
