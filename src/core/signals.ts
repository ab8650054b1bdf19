import { onAbort } from './abort.ts';

/** Watches callers' signals for one owner: one callback per signal, however many calls share it. */
export class Signals<T> {
  readonly #watched = new Map<AbortSignal, Watch<T>>();
  readonly #aborted: (item: T, signal: AbortSignal) => void;

  constructor(aborted: (item: T, signal: AbortSignal) => void) {
    this.#aborted = aborted;
  }

  /** Signals that are watched. */
  get size(): number {
    return this.#watched.size;
  }

  /** Returns what ends the watch for this item. */
  watch(signal: AbortSignal, item: T): () => void {
    let watch = this.#watched.get(signal);
    if (watch === undefined) {
      const items = new Set<T>();
      const unwatch = onAbort(signal, () => {
        this.#watched.delete(signal);
        for (const each of items) this.#aborted(each, signal);
      });
      watch = { items, unwatch };
      this.#watched.set(signal, watch);
    }
    const { items, unwatch } = watch;
    items.add(item);
    return () => {
      items.delete(item);
      if (items.size > 0 || this.#watched.get(signal)?.items !== items) return;
      this.#watched.delete(signal);
      unwatch();
    };
  }
}

interface Watch<T> {
  readonly items: Set<T>;
  readonly unwatch: () => void;
}
