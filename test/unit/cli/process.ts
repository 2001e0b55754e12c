import { PassThrough, Readable } from 'node:stream';
import type { Process } from '../../../src/cli/invocation.ts';
import { Lifetime } from '../../../src/core/lifetime.ts';

/** A process as verbs see it, and what was written to it. */
export function testProcess(options: { input?: string; terminal?: boolean; env?: Record<string, string> } = {}) {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written) =>
    new PassThrough().on('data', (chunk: Buffer) => (written[name] += chunk.toString()));
  const controller = new AbortController();
  const stdin = Object.assign(Readable.from(options.input === undefined ? [] : [options.input]), {
    isTTY: options.terminal ?? false,
  });
  const process: Process = {
    env: options.env ?? {},
    cwd: '/nowhere',
    stdin,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    lifetime: new Lifetime(controller.signal),
  };
  return { process, written, interrupt: () => controller.abort() };
}
