import { HawserError, type Clock } from '../../core/index.ts';

/** The entries that are being handled, each in one of so many places. */
export class Handlers {
  readonly #clock: Clock;
  readonly #places: number;
  readonly #limitMs: number;
  readonly #left: () => void;
  readonly #running = new Map<string, AbortController>();
  #tellFree: (() => void) | undefined;

  /** `limitMs` is how long an entry is nobody else's; `left` is called after each that has left its place. */
  constructor(clock: Clock, places: number, limitMs: number, left: () => void) {
    this.#clock = clock;
    this.#places = places;
    this.#limitMs = limitMs;
    this.#left = left;
  }

  get ids(): readonly string[] {
    return [...this.#running.keys()];
  }

  get free(): number {
    return this.#places - this.#running.size;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Resolves when a place is free, or by {@link Handlers.wake}. */
  async untilFree(): Promise<void> {
    if (this.free > 0) return;
    await new Promise<void>((resolve) => {
      this.#tellFree = resolve;
    });
  }

  /** Lets go of whoever waits for a place. */
  wake(): void {
    this.#tellFree?.();
    this.#tellFree = undefined;
  }

  /** Gives an entry a place until `handle` has settled, which never rejects. */
  start(id: string, handle: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    this.#running.set(id, abort);
    const timer = Number.isFinite(this.#limitMs)
      ? this.#clock.setTimer(() => abort.abort(expired(this.#limitMs)), this.#limitMs)
      : undefined;
    void handle(abort.signal).then(() => {
      if (timer !== undefined) this.#clock.clearTimer(timer);
      this.#running.delete(id);
      this.wake();
      this.#left();
    });
  }

  /** Tells all that nobody waits for them. */
  abort(): void {
    for (const abort of this.#running.values()) abort.abort(notWaitedFor());
  }
}

function expired(limitMs: number): HawserError {
  const message = `handler: ${limitMs} ms are over, and the entry may be delivered to others`;
  return new HawserError('DEADLINE', message, { outcome: 'unknown', command: 'handler' });
}

function notWaitedFor(): HawserError {
  const message = 'handler: the consumer was closed; the entry stays pending';
  return new HawserError('CLOSED', message, { outcome: 'unknown', command: 'handler' });
}
