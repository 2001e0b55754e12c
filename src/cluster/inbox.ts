import { setTimeout as sleep } from 'node:timers/promises';

/** What was told and not yet read. */
export class Inbox<T> {
  #items: T[] = [];
  #arrived: () => void = () => {};

  put(item: T): void {
    this.#items.push(item);
    this.#arrived();
  }

  /** Everything that came, as soon as something did; nothing after `ms` milliseconds or an abort. */
  async take(ms: number, signal: AbortSignal): Promise<readonly T[]> {
    if (this.#items.length === 0 && !signal.aborted) {
      const enough = new AbortController();
      this.#arrived = () => enough.abort();
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, enough.signal]) }).catch(() => {});
    }
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
