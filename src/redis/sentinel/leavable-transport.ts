import type { Transport, TransportListener } from '../../core/index.ts';

/** A transport that can be left, as if it was lost. */
export class LeavableTransport implements Transport {
  readonly #inner: Transport;
  readonly #ended: () => void;
  #listener: TransportListener | undefined;
  /** Why it was left before anybody listened. */
  #leftFor: Error | undefined;
  #hasEnded = false;

  /** @param ended called once, when it is lost, left or destroyed */
  constructor(inner: Transport, ended: () => void) {
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
        this.#end();
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

  destroy(): void {
    this.#listener = undefined;
    this.#inner.destroy();
    this.#end();
  }

  /** Ends the stream at once. To its owner it was lost, for this cause. */
  leave(cause: Error): void {
    if (this.#hasEnded) return;
    const listener = this.#listener;
    this.#inner.destroy();
    this.#end();
    if (listener === undefined) this.#leftFor = cause;
    else listener.onLost(cause);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended();
  }
}
