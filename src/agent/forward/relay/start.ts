import { type SendHandle, spawn } from 'node:child_process';
import { join } from 'node:path';
import { RkubeError } from '../../../core/errors.ts';
import { packageRoot } from '../../../core/package.ts';
import type { Answer, Order } from './messages.ts';

/** An order without its number. */
type Wish = Order extends infer Each ? (Each extends Order ? Omit<Each, 'id'> : never) : never;

/** A relay that runs in a node. */
export interface RelayProcess {
  readonly running: boolean;
  /** Resolves when it is done. @throws RkubeError `relay-failed` when the relay has ended */
  ask(order: Wish, socket?: SendHandle): Promise<void>;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

/** Milliseconds: node starts in 50, on a busy host in a few seconds. */
const START_MS = 60_000;
/** Milliseconds: it ends at once. */
const END_MS = 5_000;
/** Characters of its last words. */
const WORDS = 2_000;
/**
 * Starts the relay as this user, in the user and network namespaces of the node: what it dials it dials there. It stays
 * in this user's files, where node is, and out of the node's process namespace, whose end would have to wait for
 * nsenter, which systemd's SIGSTOP to all of the node at shutdown stops for good. What is listened on comes from here.
 * @param pid of the node's first process
 * @param onEnd called when it ends without having been told to
 * @throws RkubeError `relay-failed`
 */
export async function startRelay(pid: number, onEnd: () => void): Promise<RelayProcess> {
  const program = join(packageRoot(), 'dist', 'relay.js');
  const enter = ['--target', String(pid), '--user', '--net', '--preserve-credentials'];
  const child = spawn('nsenter', [...enter, process.execPath, program, String(pid)], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Ctrl-C is for who started it, which ends it in order.
    detached: true,
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '1' },
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-WORDS)));
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const state = { running: true, wanted: true };
  const failure = (why: string): RkubeError =>
    new RkubeError({
      id: 'relay-failed',
      message: `The relay into the node (process ${pid}) ${why}`,
      details: words.trim().split('\n').filter(Boolean),
      next: 'See whether the node runs: `rkube status`.',
    });
  const gone = new Promise<void>((resolve) => {
    const over = (why: string): void => {
      resolve();
      if (!state.running) return;
      state.running = false;
      for (const { reject } of waiting.values()) reject(failure(why));
      if (state.wanted) onEnd();
    };
    child.on('error', (error) => over(`could not be started: ${error.message}`));
    // Not at `close`, which never comes after a disconnect from here; its last words have been read at their end.
    let how = '';
    const both = (): void => {
      if (how !== '' && child.stderr?.closed !== false) over(how);
    };
    child.once('exit', (code, signal) => {
      how = `has ended (${signal ?? `exit code ${code}`})`;
      both();
    });
    child.stderr?.once('close', both);
  });
  const done = (id: number): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      if (state.running) waiting.set(id, { resolve, reject });
      else reject(failure('has ended'));
    }).finally(() => waiting.delete(id));
  child.on('message', (answer: Answer) => waiting.get(answer.done)?.resolve());
  let last = 0;

  const killIn = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      if (state.running) child.kill('SIGKILL');
    }, ms);

  const late = killIn(START_MS);
  await done(0).finally(() => clearTimeout(late));
  return {
    get running() {
      return state.running;
    },
    ask: (order, socket) => {
      const id = ++last;
      const answered = done(id);
      child.send({ ...order, id }, socket, (error) => {
        if (error) waiting.get(id)?.reject(failure(`does not listen: ${error.message}`));
      });
      return answered;
    },
    end: async () => {
      state.wanted = false;
      if (child.connected) child.disconnect();
      const late = killIn(END_MS);
      await gone.finally(() => clearTimeout(late));
    },
  };
}
