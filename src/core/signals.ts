/** Watches callers' signals: one listener per signal, however many calls share it. */
export class Signals<T> {
  readonly #watched = new Map<AbortSignal, Watch<T>>();
  readonly #aborted: (item: T, signal: AbortSignal) => void;

  constructor(aborted: (item: T, signal: AbortSignal) => void) {
    this.#aborted = aborted;
  }

  /** Signals that have a listener of ours. */
  get size(): number {
    return this.#watched.size;
  }

  /** Returns what ends the watch for this item. */
  watch(signal: AbortSignal, item: T): () => void {
    let watch = this.#watched.get(signal);
    if (watch === undefined) {
      const items = new Set<T>();
      const listener = (): void => {
        this.#watched.delete(signal);
        for (const each of items) this.#aborted(each, signal);
      };
      watch = { items, listener };
      this.#watched.set(signal, watch);
      signal.addEventListener('abort', listener, { once: true });
    }
    const { items, listener } = watch;
    items.add(item);
    return () => {
      items.delete(item);
      if (items.size > 0 || this.#watched.get(signal)?.items !== items) return;
      this.#watched.delete(signal);
      signal.removeEventListener('abort', listener);
    };
  }
}

interface Watch<T> {
  readonly items: Set<T>;
  readonly listener: () => void;
}
