import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReporter } from '../../../src/cli/progress.ts';
import type { EventState, ProgressEvent } from '../../../src/core/reporter.ts';

const event = (state: EventState, msg: string, more: Partial<ProgressEvent> = {}): ProgressEvent => ({
  ts: '2026-11-21T06:00:00.000Z',
  state,
  step: msg,
  msg,
  ...more,
});

/** A stream and all that was written to it. */
function stream(isTTY: boolean, columns?: number) {
  const to = Object.assign(new PassThrough(), { isTTY, ...(columns === undefined ? {} : { columns }) });
  let text = '';
  to.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { to, text: () => text };
}

// oxlint-disable-next-line no-control-regex -- colours are control characters
const plain = (text: string): string => text.replaceAll(/\u001B\[\d+m/g, '');

describe('plain progress', () => {
  const shown = (...events: readonly ProgressEvent[]): string => {
    const { to, text } = stream(false);
    const reporter = createReporter(to, 'auto', {});
    for (const each of events) reporter.event(each);
    return text();
  };

  it.each([
    ['a step that ended, with its time', event('ok', 'Start', { seconds: 1.26 }), '✓ Start (1.3 s)\n'],
    ['a step with nothing to do', event('skip', 'Running already'), '✓ Running already\n'],
    ['a step that failed', event('fail', 'Start', { seconds: 2 }), '✗ Start (2.0 s)\n'],
    ['a warning', event('warn', 'Little room', { step: '' }), '! Little room\n'],
    ['a line for people', event('info', 'Next: rkube init', { step: '' }), 'Next: rkube init\n'],
    ['a command of a dry run', event('plan', '$ podman ps', { step: '' }), '$ podman ps\n'],
    ['no step that begins', event('start', 'Start'), ''],
    ['no detail of a step', event('info', '[certs] Generating', { step: 'Init' }), ''],
  ])('shows %s', (_, each, expected) => {
    expect(plain(shown(each))).toBe(expected);
  });

  it('shows bytes at most every five seconds', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { to, text } = stream(false);
    const reporter = createReporter(to, 'auto', {});
    for (let second = 0; second < 12; second += 1) {
      const bytes = { done: second, total: 12 };
      reporter.event(event('info', `${second} of 12 MB`, { step: 'Pull x', bytes }));
      vi.advanceTimersByTime(1_000);
    }
    vi.useRealTimers();
    expect(text()).toBe('· Pull x 5 of 12 MB\n· Pull x 10 of 12 MB\n');
  });

  it('has no control characters where nobody looks at a terminal', () => {
    expect(shown(event('ok', 'Start'), event('fail', 'Stop'))).toBe('✓ Start\n✗ Stop\n');
  });

  it.each([
    ['plain was asked for', 'plain', {}],
    ['the terminal is dumb', 'auto', { TERM: 'dumb' }],
  ])('is taken on a terminal when %s', (_, kind, env) => {
    const { to, text } = stream(true);
    createReporter(to, kind, env).event(event('start', 'Start'));
    expect(text()).toBe('');
  });
});

describe('JSON progress', () => {
  it('is one event a line, nothing left out', () => {
    const { to, text } = stream(true);
    const reporter = createReporter(to, 'json', {});
    const events = [
      event('start', 'A'),
      event('info', 'detail\nof two lines', { step: 'A' }),
      event('info', '1 of 2 MB', { step: 'A', bytes: { done: 1, total: 2 } }),
      event('ok', 'A', { seconds: 0.1 }),
    ];
    for (const each of events) reporter.event(each);
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(events);
  });
});

describe('no progress', () => {
  it('is silent', () => {
    const { to, text } = stream(true);
    createReporter(to, 'none', {}).event(event('fail', 'A'));
    expect(text()).toBe('');
  });
});

describe('progress on a terminal', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** The lines a person sees: each `\r` and "erase line" starts the line anew. */
  const screen = (text: string): string[] =>
    plain(text)
      .split('\n')
      .map((line) => line.split('\r\u001B[K').at(-1) ?? '');

  function terminal(columns = 60) {
    const { to, text } = stream(true, columns);
    const reporter = createReporter(to, 'auto', { TERM: 'xterm' });
    return { event: (each: ProgressEvent) => reporter.event(each), screen: () => screen(text()) };
  }

  it('shows the running step with its seconds, as they pass', () => {
    const { event: tell, screen: seen } = terminal();
    tell(event('start', 'Boot'));
    expect(seen()).toEqual(['· Boot 0 s']);
    vi.advanceTimersByTime(3_000);
    expect(seen()).toEqual(['· Boot 3 s']);
  });

  it('shows its latest detail', () => {
    const { event: tell, screen: seen } = terminal();
    tell(event('start', 'Init'));
    tell(event('info', '[certs] Generating', { step: 'Init' }));
    expect(seen()).toEqual(['· Init 0 s  [certs] Generating']);
  });

  it('shows bytes as they come', () => {
    const { event: tell, screen: seen } = terminal();
    tell(event('start', 'Pull x'));
    tell(event('info', '1 of 12 MB', { step: 'Pull x', bytes: { done: 1, total: 12 } }));
    tell(event('info', '2 of 12 MB', { step: 'Pull x', bytes: { done: 2, total: 12 } }));
    expect(seen()).toEqual(['· Pull x 0 s  2 of 12 MB']);
  });

  it('replaces it by one line when the step ends, and stops counting', () => {
    const { event: tell, screen: seen } = terminal();
    tell(event('start', 'Boot'));
    tell(event('ok', 'Boot', { seconds: 3 }));
    expect(seen()).toEqual(['✓ Boot (3.0 s)', '']);
    vi.advanceTimersByTime(3_000);
    expect(seen()).toEqual(['✓ Boot (3.0 s)', '']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the running step below a warning', () => {
    const { event: tell, screen: seen } = terminal();
    tell(event('start', 'Check'));
    tell(event('warn', 'Little room', { step: '' }));
    expect(seen()).toEqual(['! Little room', '· Check 0 s']);
  });

  it('cuts a line that would wrap', () => {
    const { event: tell, screen: seen } = terminal(20);
    tell(event('start', 'A step with a long name'));
    expect(seen()[0]).toHaveLength(19);
  });
});
