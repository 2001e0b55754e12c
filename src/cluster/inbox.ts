/** What was told and not yet read. */
export class Inbox<T> {
  #items: T[] = [];
  #wake: () => void = () => {};

  put(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Everything that came, as soon as something did; nothing after `ms` milliseconds or an abort. */
  async take(ms: number, signal: AbortSignal): Promise<readonly T[]> {
    if (this.#items.length === 0 && !signal.aborted) {
      const { promise, resolve } = wakeable();
      const timer = setTimeout(resolve, ms);
      this.#wake = resolve;
      signal.addEventListener('abort', resolve);
      await promise;
      signal.removeEventListener('abort', resolve);
      clearTimeout(timer);
    }
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

/** Promise.withResolvers, which Node.js 20 lacks. */
function wakeable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let wake = (): void => {};
  const promise = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return { promise, resolve: () => wake() };
}
