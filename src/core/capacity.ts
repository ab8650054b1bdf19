import type { Explanation } from './explain.ts';
import { overloaded } from './failures.ts';
import { HawserError, type Clock, type ConnectionState, type SlotQueue } from './machine/index.ts';
import type { Request } from './protocol.ts';
import { Waits } from './waits.ts';

/** How much may be pending on one connection, and who waits for room. */
export class Capacity {
  readonly #max: { readonly requests: number; readonly bytes: number };
  readonly #slots: SlotQueue<Request>;
  readonly #waits: Waits;
  /** Size of the largest call that was refused since there was room last: whoever waits for room waits for that much. */
  #refusedBytes = 0;

  constructor(
    clock: Clock,
    max: { readonly requests: number; readonly bytes: number },
    slots: SlotQueue<Request>,
  ) {
    this.#max = max;
    this.#slots = slots;
    this.#waits = new Waits(clock, 'capacity');
  }

  /** Whether there is room for a request of so many bytes. */
  takes(bytes: number): boolean {
    return this.#slots.requests < this.#max.requests && this.#slots.bytes + bytes <= this.#max.bytes;
  }

  /** The error for a request for which there is no room. */
  refuse(request: Request, state: ConnectionState, now: number): HawserError {
    // One that never fits has nothing to wait for.
    if (request.bytes <= this.#max.bytes) this.#refusedBytes = Math.max(this.#refusedBytes, request.bytes);
    return overloaded(request, this.#slots, this.#max, state, now);
  }

  /** Resolves when there is room. Rejects with DEADLINE, ABORTED, or as {@link Capacity.end} says. */
  async wait(timeoutMs: number, signal: AbortSignal | undefined, explain: () => Explanation): Promise<void> {
    if (this.#room() > 0) return;
    await this.#waits.wait(timeoutMs, signal, () => {
      const { requests, bytes } = this.#slots;
      const message = `capacity: no room within ${timeoutMs} ms: ${requests} calls, ${bytes} bytes pending`;
      const init = { outcome: 'not-sent', command: 'capacity', explanation: explain() } as const;
      return new HawserError('DEADLINE', message, init);
    });
  }

  /** Calls have left: there may be room for those who wait. */
  left(): void {
    if (this.#waits.size > 0) this.#waits.resolve(this.#room());
  }

  /** There will be no room any more. */
  end(error: () => HawserError): void {
    this.#waits.reject(error);
  }

  /** How many calls there is room for. Where there is some, refusals before it are forgotten. */
  #room(): number {
    const { requests, bytes } = this.#slots;
    if (bytes >= this.#max.bytes || bytes + this.#refusedBytes > this.#max.bytes) return 0;
    this.#refusedBytes = 0;
    return this.#max.requests - requests;
  }
}
