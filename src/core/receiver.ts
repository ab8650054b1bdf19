import type { Buffer } from 'node:buffer';
import type { CallQueue } from './call-queue.ts';
import { HawserError, type Slot } from './machine/index.ts';
import type { Inbound, Request, Session } from './protocol.ts';

interface Ping<Q> {
  readonly slot: Slot<Q>;
  readonly nonce: string;
}

/** Where replies find their calls. */
export class Receiver<Q extends Request, R, P> implements Inbound<Q, R, P> {
  readonly #calls: CallQueue<Q>;
  /** Calls in flight by their request; only for protocols that answer in any order. */
  readonly #byRequest: Map<Q, Slot<Q>> | undefined;
  #session: Session<Q, R, P> | undefined;
  #ping: Ping<Q> | undefined;
  #pushed: P[] = [];
  #retirement: HawserError | undefined;

  constructor(calls: CallQueue<Q>, correlation: 'in-order' | 'by-request') {
    this.#calls = calls;
    this.#byRequest = correlation === 'by-request' ? new Map() : undefined;
  }

  get head(): Q | undefined {
    return this.#calls.slots.head()?.request;
  }

  /** Decodes bytes and settles calls. Returns how many bytes were consumed; throws what the session throws. */
  receive(session: Session<Q, R, P>, bytes: Buffer): number {
    this.#session = session;
    return session.receive(bytes, this);
  }

  /** Why nothing more is to be sent on this transport; `undefined` while it serves. */
  get retirement(): HawserError | undefined {
    return this.#retirement;
  }

  /** Messages pushed by the server since the last time. */
  takePushed(): readonly P[] {
    const pushed = this.#pushed;
    if (pushed.length > 0) this.#pushed = [];
    return pushed;
  }

  /** A request has been handed over. */
  handedOver(slot: Slot<Q>): void {
    this.#byRequest?.set(slot.request!, slot);
  }

  /** A ping has been handed over; nobody but us waits for its reply. */
  pinged(slot: Slot<Q>, nonce: string): void {
    this.#ping = { slot, nonce };
  }

  /** The transport is gone, and with it all that was due. */
  reset(): void {
    this.#byRequest?.clear();
    this.#ping = undefined;
    this.#retirement = undefined;
  }

  reply(value: R): void {
    const { slots } = this.#calls;
    const slot = slots.head();
    if (slot === undefined) throw nothingDue('a reply');
    const isAwaited = slot.phase === 'in-flight';
    // Before the slot goes: of a ping's wrong answer the ping is guilty, not the call behind it.
    if (!isAwaited) this.#swallow(slot, value);
    slots.answerHead(slot);
    if (isAwaited) this.#calls.settle(slot, value);
  }

  refuse(error: HawserError): void {
    const { slots } = this.#calls;
    const slot = slots.head();
    if (slot === undefined) throw nothingDue('an error');
    const { phase } = slot;
    error.command ??= slot.request?.command;
    slots.answerHead(slot);
    if (phase === 'in-flight') this.#refuse(slot, error);
  }

  replyTo(request: Q, value: R): void {
    const slot = this.#take(request);
    if (slot === undefined) return;
    const { phase } = slot;
    this.#calls.slots.answer(slot);
    if (phase === 'in-flight') this.#calls.settle(slot, value);
    else this.#swallow(slot, value);
  }

  refuseTo(request: Q, error: HawserError): void {
    const slot = this.#take(request);
    if (slot === undefined) return;
    const { phase } = slot;
    error.command ??= request.command;
    this.#calls.slots.answer(slot);
    if (phase === 'in-flight') this.#refuse(slot, error);
  }

  push(message: P): void {
    this.#pushed.push(message);
  }

  retire(cause: HawserError): void {
    this.#retirement ??= cause;
  }

  #refuse(slot: Slot<Q>, error: HawserError): void {
    if (slot.repeated) error.outcome = 'unknown';
    this.#calls.fail(slot, error);
  }

  /** A reply that no caller waits for. One to a ping must be its own. */
  #swallow(slot: Slot<Q>, value: R): void {
    if (slot !== this.#ping?.slot) return;
    const { nonce } = this.#ping;
    this.#ping = undefined;
    if (this.#session?.isPong(value, nonce) === false) {
      throw new HawserError(
        'PROTOCOL_VIOLATION',
        'expected the answer to a ping, got another reply: out of step',
        {
          outcome: 'unknown',
        },
      );
    }
  }

  #take(request: Q): Slot<Q> | undefined {
    const slot = this.#byRequest?.get(request);
    this.#byRequest?.delete(request);
    return slot;
  }
}

function nothingDue(what: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `expected nothing, since nothing was asked, got ${what}`, {
    outcome: 'unknown',
  });
}
