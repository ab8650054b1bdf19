import type { History, VirtualClock } from 'hawser/testing';
import { HawserError, type Lease } from 'hawser';
import { latenessMs } from '../../simulation/lateness.ts';
import type { FakeLink, FakePool } from '../fake-source.ts';

interface Call {
  readonly number: number;
  readonly pool: FakePool;
  readonly timeoutMs: number;
  /** The pool's own limit is asked for, not one of this call. */
  readonly isDefault: boolean;
  readonly signal: AbortController | undefined;
  readonly clock: VirtualClock;
  readonly history: History;
}

/** Only these may come of a checkout; nothing was sent in any of them. */
const FATES = [
  'ok',
  'DEADLINE not-sent',
  'ABORTED not-sent',
  'NOT_CONNECTED not-sent',
  'OVERLOADED not-sent',
  'CLOSED not-sent',
  'HANDSHAKE_REFUSED not-sent',
];

/** One checkout, when it was made, and what became of it. */
export class SimulatedCaller {
  readonly number: number;
  readonly at: number;
  readonly controller: AbortController | undefined;
  readonly #call: Call;
  lease: Lease<FakeLink> | undefined;
  link: FakeLink | undefined;
  settled = 0;
  #error: unknown;
  #isReleased = false;
  #lateMs = 0;

  constructor(call: Call) {
    this.#call = call;
    this.number = call.number;
    this.at = call.clock.now();
    this.controller = call.signal;
    const signal = call.signal?.signal;
    const wait = call.isDefault ? { signal } : { timeoutMs: call.timeoutMs, signal };
    const { timeoutMs } = call;
    const recorded = call.history.begin({ caller: call.number, what: 'checkout', timeoutMs });
    call.pool.checkout(wait).then(
      (lease) => {
        recorded.ok(lease);
        this.#settle();
        this.lease = lease;
        this.link = lease.connection;
      },
      (error: unknown) => {
        recorded.failed(error);
        this.#settle();
        this.#error = error;
      },
    );
  }

  get isHolding(): boolean {
    return this.lease !== undefined && !this.#isReleased;
  }

  get fate(): string {
    if (this.lease !== undefined) return 'ok';
    if (this.settled === 0) return 'waits';
    return this.#error instanceof HawserError
      ? `${this.#error.code} ${this.#error.outcome}`
      : String(this.#error);
  }

  release(): void {
    this.#isReleased = true;
    this.lease!.release();
  }

  /** What is wrong with what became of it. */
  broken(): string | undefined {
    const { timeoutMs } = this.#call;
    const what = `a checkout of ${this.at} ms with ${timeoutMs} ms`;
    if (this.settled !== 1) return `${what} settled ${this.settled} times`;
    if (!FATES.includes(this.fate)) return `${what}: ${this.fate}`;
    if (this.fate === 'ABORTED not-sent' && this.controller?.signal.aborted !== true)
      return `${what} was aborted by nobody`;
    return this.#lateMs > 0
      ? `${what} settled ${this.#lateMs} ms after its deadline: ${this.fate}`
      : undefined;
  }

  #settle(): void {
    this.settled += 1;
    const { clock, timeoutMs } = this.#call;
    this.#lateMs = latenessMs(clock, this.at, timeoutMs);
  }
}
