import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from '../../../src/agent/announcer.ts';
import { ANNOTATION, type Heralded } from '../../../src/agent/heralds.ts';

const MOMENT_MS = 200;
const MINUTE_MS = 60_000;
const of = (...not: string[]) => ({ address: '192.0.2.7', not });

interface Write {
  /** What is not served, or undefined when it is taken back. */
  readonly not: readonly string[] | undefined;
  readonly answer: (status: number) => void;
}

/** An API that answers when it is told to. */
class SlowApi {
  readonly writes: Write[] = [];
  readonly problems: string[] = [];
  underWay = 0;
  mostAtOnce = 0;
  readonly announcer = new Announcer(
    () => this,
    'host1',
    (message) => this.problems.push(message),
  );

  ask(_: string, { body, signal }: { body?: unknown; signal: AbortSignal }): Promise<{ status: number; body: string }> {
    const { metadata } = body as { metadata: { annotations: Record<string, string | null> } };
    const text = metadata.annotations[ANNOTATION];
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const abort = (): void => reject(new Error('aborted'));
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      const not = typeof text === 'string' ? (JSON.parse(text) as Heralded).not : undefined;
      this.writes.push({ not, answer: (status) => resolve({ status, body: '' }) });
    }).finally(() => void this.underWay--);
  }

  get said(): readonly (readonly string[] | undefined)[] {
    return this.writes.map(({ not }) => not);
  }

  async answer(status = 200): Promise<void> {
    this.writes.at(-1)?.answer(status);
    await vi.advanceTimersByTimeAsync(MOMENT_MS);
  }

  async say(...not: string[]): Promise<void> {
    this.announcer.say(of(...not));
    await vi.advanceTimersByTimeAsync(MOMENT_MS);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what an agent says on its Node', () => {
  it('is written once, and again every minute', async () => {
    const api = new SlowApi();
    await api.say('a/b');
    await api.answer();
    await api.say('a/b');
    expect(api.said).toEqual([['a/b']]);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(api.said).toEqual([['a/b'], ['a/b']]);
  });

  it('is written one after the other while the API is slow, the newest last', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    await api.say('a/2');
    await api.say('a/3');
    expect(api.said).toEqual([['a/1']]);
    await api.answer();
    expect(api.said).toEqual([['a/1'], ['a/3']]);
    await api.answer();
    expect(api.mostAtOnce).toBe(1);
  });

  it('is written again when the API would not take it', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    await api.answer(500);
    expect(api.problems).toEqual(['the Node cannot be annotated: Error: status 500']);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(api.said).toEqual([['a/1'], ['a/1']]);
  });

  it('is written again when the load balancers were gone and are back, also during a write', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    api.announcer.say(undefined);
    await api.answer();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(api.said).toEqual([['a/1']]);
    await api.say('a/1');
    expect(api.said).toEqual([['a/1'], ['a/1']]);
  });

  it('is taken back at the end, after the write under way', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    const ended = api.announcer.end();
    await vi.advanceTimersByTimeAsync(MOMENT_MS);
    expect(api.said).toEqual([['a/1']]);
    await api.answer();
    expect(api.said).toEqual([['a/1'], undefined]);
    await api.answer();
    await ended;
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(api.writes).toHaveLength(2);
  });

  it('is taken back also when the load balancers went before', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    await api.answer();
    api.announcer.say(undefined);
    const ended = api.announcer.end();
    await api.answer();
    await api.answer();
    await ended;
    expect(api.said).toEqual([['a/1'], undefined]);
  });

  it('holds up the end for two seconds at most', async () => {
    const api = new SlowApi();
    await api.say('a/1');
    const ended = api.announcer.end();
    await vi.advanceTimersByTimeAsync(2_000);
    await ended;
    expect(api.problems).toEqual([]);
    expect(api.underWay).toBe(0);
  });

  it('is nothing at the end when nothing was said', async () => {
    const api = new SlowApi();
    api.announcer.say(undefined);
    await api.announcer.end();
    expect(api.writes).toEqual([]);
  });
});
