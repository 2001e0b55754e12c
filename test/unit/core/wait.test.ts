import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../../src/core/lifetime.ts';
import {
  type Clock,
  type Condition,
  done,
  notYet,
  type Observation,
  realClock,
  waitFor,
} from '../../../src/core/wait.ts';

/** A clock that only goes on when somebody sleeps. */
class FakeClock implements Clock {
  ms = 1_000;
  readonly naps: number[] = [];
  now(): number {
    return this.ms;
  }
  async sleep(ms: number): Promise<void> {
    this.naps.push(ms);
    this.ms += ms;
  }
}

const forever = () => new Lifetime(new AbortController().signal);

/** Answers one observation after another, the last one again and again. */
function condition<T>(observations: readonly Observation<T>[], parts: Partial<Condition<T>> = {}) {
  const asked = { times: 0 };
  const probe = async (): Promise<Observation<T>> => {
    const answer = observations[Math.min(asked.times++, observations.length - 1)];
    if (!answer) throw new Error('no observation given');
    return answer;
  };
  return { asked, condition: { describe: 'the moon', deadlineMs: 3_000, probe, ...parts } };
}

describe('waiting', () => {
  it.each([
    ['at once', 0],
    ['after one look', 1],
    ['after five looks', 5],
  ])('ends %s with the value', async (_, before) => {
    const clock = new FakeClock();
    const { condition: moon } = condition([...Array.from({ length: before }, () => notYet('dark')), done('full')]);
    expect(await waitFor(moon, forever(), clock)).toBe('full');
    expect(clock.naps).toEqual(Array.from({ length: before }, () => 500));
  });

  it('passes over what counts as false but is a value', async () => {
    const { condition: moon } = condition([done(0)]);
    expect(await waitFor(moon, forever(), new FakeClock())).toBe(0);
  });

  it('pauses as long as the condition says', async () => {
    const clock = new FakeClock();
    await waitFor(condition([notYet(''), done(1)], { intervalMs: 70 }).condition, forever(), clock);
    expect(clock.naps).toEqual([70]);
  });

  it('ends at the deadline with the last observation and the next step', async () => {
    const clock = new FakeClock();
    const { condition: moon, asked } = condition([notYet('dark'), notYet('half')], { next: 'look up' });
    await expect(waitFor(moon, forever(), clock)).rejects.toMatchObject({
      id: 'timeout',
      exitCode: 1,
      message: 'Waited 3 s for the moon; last seen: half',
      next: 'look up',
    });
    // 3000 ms in pauses of 500 ms, and one look at the end.
    expect([clock.ms, asked.times]).toEqual([4_000, 7]);
  });

  it('looks at least once, however short the deadline', async () => {
    const { condition: moon } = condition([done('full')], { deadlineMs: 0 });
    expect(await waitFor(moon, forever(), new FakeClock())).toBe('full');
  });

  it('does not look any more once interrupted', async () => {
    const { condition: moon, asked } = condition([done('full')]);
    await expect(waitFor(moon, new Lifetime(AbortSignal.abort()))).rejects.toMatchObject({
      id: 'interrupted',
      exitCode: 130,
      message: 'Interrupted during: waiting for the moon',
    });
    expect(asked.times).toBe(0);
  });

  it('is woken by an interrupt in the middle of a pause', async () => {
    const abort = new AbortController();
    const { condition: moon } = condition([notYet('dark')], { intervalMs: 60_000, deadlineMs: 60_000 });
    const waiting = waitFor(moon, new Lifetime(abort.signal), realClock);
    setTimeout(() => abort.abort(), 10);
    await expect(waiting).rejects.toMatchObject({ id: 'interrupted' });
  });

  it('hands on what the probe throws', async () => {
    const probe = () => Promise.reject(new Error('clouds'));
    await expect(waitFor({ describe: 'x', deadlineMs: 1, probe }, forever())).rejects.toThrow('clouds');
  });
});
