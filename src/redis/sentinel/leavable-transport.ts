import { HawserError, type Transport, type TransportListener } from '../../core/index.ts';

/**
 * How a transport has ended: by the other side (`lost`), by its owner, who needs it no longer (`closed`) or found something wrong
 * with it (`given up`), or because it leads to the wrong server (`left`).
 */
export type Ending = 'lost' | 'closed' | 'given up' | 'left';

/** A transport that can be left, as if it was lost. */
export class LeavableTransport implements Transport {
  readonly #inner: Transport;
  readonly #ended: (ending: Ending) => void;
  #listener: TransportListener | undefined;
  /** Why it was left before anybody listened. */
  #leftFor: Error | undefined;
  #hasEnded = false;

  /** @param ended called once, when it is lost, left or destroyed */
  constructor(inner: Transport, ended: (ending: Ending) => void) {
    this.#inner = inner;
    this.#ended = ended;
  }

  get peer(): string {
    return this.#inner.peer;
  }

  get hasRoom(): boolean {
    return this.#inner.hasRoom;
  }

  get bytesAccepted(): number {
    return this.#inner.bytesAccepted;
  }

  get bytesReceived(): number {
    return this.#inner.bytesReceived;
  }

  attach(listener: TransportListener): void {
    this.#listener = listener;
    const cause = this.#leftFor;
    if (cause !== undefined) {
      // Not in the middle of what its owner does to begin.
      queueMicrotask(() => {
        if (this.#listener === listener) listener.onLost(cause);
      });
      return;
    }
    this.#inner.attach({
      onData: (bytes) => listener.onData(bytes),
      onRoom: () => listener.onRoom(),
      onLost: (error) => {
        this.#end('lost');
        listener.onLost(error);
      },
    });
  }

  write(data: string | Uint8Array, bytes: number): void {
    this.#inner.write(data, bytes);
  }

  cork(): void {
    this.#inner.cork();
  }

  uncork(): void {
    this.#inner.uncork();
  }

  startTls(): Promise<void> {
    return this.#inner.startTls();
  }

  destroy(cause?: Error): void {
    this.#listener = undefined;
    this.#inner.destroy(cause);
    this.#end(isClosing(cause) ? 'closed' : 'given up');
  }

  /** Ends the stream at once. To its owner it was lost, for this cause. */
  leave(cause: Error): void {
    if (this.#hasEnded) return;
    const listener = this.#listener;
    this.#inner.destroy(cause);
    this.#end('left');
    if (listener === undefined) this.#leftFor = cause;
    else listener.onLost(cause);
  }

  #end(ending: Ending): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended(ending);
  }
}

/** Whether an owner ends something for this cause because it needs it no longer. */
export function isClosing(cause: unknown): boolean {
  return cause === undefined || (cause instanceof HawserError && cause.code === 'CLOSED');
}
