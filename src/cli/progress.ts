import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { type ProgressEvent, type Reporter, silent } from '../core/reporter.ts';

type Stream = Writable & { isTTY?: boolean; columns?: number };
type Env = Readonly<Record<string, string | undefined>>;

/** Renders progress: one line per finished step, on a terminal also the running one. */
export function createReporter(stream: Stream, kind: string, env: Env): Reporter {
  if (kind === 'none') return silent;
  if (kind === 'json') return { event: (event) => void stream.write(`${JSON.stringify(event)}\n`) };
  const terminal = kind !== 'plain' && stream.isTTY === true && env['TERM'] !== 'dumb';
  if (terminal) return new TerminalReporter(stream);
  const bytes = bytesNowAndThen();
  return { event: (event) => void stream.write(event.bytes ? bytes(event) : plainLine(event, stream)) };
}

/** Where lines stay, bytes get one line in so many milliseconds, the first after as many. */
const BYTES_EVERY_MS = 5_000;

function bytesNowAndThen(): (event: ProgressEvent) => string {
  let step = '';
  let told = 0;
  return (event) => {
    const now = performance.now();
    if (step !== event.step) [step, told] = [event.step, now];
    if (now - told < BYTES_EVERY_MS) return '';
    told = now;
    return `· ${event.step} ${event.msg}\n`;
  };
}

const MARKS = { ok: '✓', skip: '✓', fail: '✗', warn: '!', start: '·', info: ' ', plan: ' ' } as const;

/** One event as a line; '' for events that only a terminal shows. */
function plainLine(event: ProgressEvent, stream: Stream): string {
  if (event.state === 'start' || (event.state === 'info' && event.step !== '')) return '';
  if (event.state === 'plan' || event.state === 'info') return `${event.msg}\n`;
  const time = event.seconds === undefined ? '' : ` (${event.seconds.toFixed(1)} s)`;
  return `${paint(event.state, MARKS[event.state], stream)} ${event.msg}${time}\n`;
}

function paint(state: ProgressEvent['state'], mark: string, stream: Stream): string {
  const colour = state === 'fail' ? 'red' : state === 'warn' ? 'yellow' : 'green';
  return styleText(colour, mark, { stream });
}

/** Redraws the running step in place, with its latest detail and its seconds. */
class TerminalReporter implements Reporter {
  readonly #stream: Stream;
  #running: { step: string; detail: string; since: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  event(event: ProgressEvent): void {
    this.#stream.write('\r\u001B[K');
    if (event.state === 'start') {
      this.#running = { step: event.step, detail: '', since: performance.now() };
    } else if (event.state === 'info' && event.step === this.#running?.step) {
      this.#running.detail = event.msg;
    } else {
      if (event.step === this.#running?.step) this.#running = undefined;
      this.#stream.write(plainLine(event, this.#stream));
    }
    this.#draw();
    clearInterval(this.#timer);
    if (this.#running) this.#timer = setInterval(() => this.#draw(), 200).unref();
  }

  #draw(): void {
    if (!this.#running) return;
    const { step, detail, since } = this.#running;
    const seconds = Math.round((performance.now() - since) / 1000);
    const line = `· ${step} ${seconds} s${detail === '' ? '' : `  ${detail}`}`;
    this.#stream.write(`\r\u001B[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }
}
