/** Follows one output of one command up to its mark. */
export class Follower {
  /** What the command wrote, without a newline at its end, as a runner gives it. */
  text = '';
  readonly #mark: string;
  readonly #onLine: ((line: string) => void) | undefined;
  #shown = 0;

  constructor(mark: string, onLine: ((line: string) => void) | undefined) {
    this.#mark = mark;
    this.#onLine = onLine;
  }

  /** Takes all that has arrived; the exit code once the command has ended. */
  read(received: string): number | undefined {
    const [before = '', code] = received.split(`\n${this.#mark} `);
    const ended = code?.endsWith('\n') === true;
    this.text = before.replace(/\n$/, '');
    const complete = ended ? before.length : before.lastIndexOf('\n') + 1;
    for (const line of before.slice(this.#shown, complete).split('\n')) if (line !== '') this.#onLine?.(line);
    this.#shown = Math.max(this.#shown, complete);
    return ended ? Number(code) : undefined;
  }
}
