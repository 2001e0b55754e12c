import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../../src/core/lifetime.ts';

const never = (): AbortSignal => new AbortController().signal;

describe('a lifetime', () => {
  it('is interrupted with its signal', () => {
    const abort = new AbortController();
    const lifetime = new Lifetime(abort.signal);
    expect(lifetime.interrupted).toBe(false);
    abort.abort();
    expect(lifetime.interrupted).toBe(true);
  });

  it('gives clean-up a fresh signal after an interrupt', () => {
    const lifetime = new Lifetime(AbortSignal.abort());
    lifetime.shield(60_000, never());
    expect(lifetime.interrupted).toBe(false);
  });

  it('lets a second interrupt end the clean-up', () => {
    const again = new AbortController();
    const lifetime = new Lifetime(AbortSignal.abort());
    lifetime.shield(60_000, again.signal);
    again.abort();
    expect(lifetime.interrupted).toBe(true);
  });

  it('ends the clean-up at its limit', async () => {
    const lifetime = new Lifetime(AbortSignal.abort());
    lifetime.shield(5, never());
    // AbortSignal.timeout alone does not keep the process alive.
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(lifetime.interrupted).toBe(true);
  });
});
