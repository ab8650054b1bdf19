import type { Buffer } from 'node:buffer';
import type { Attachment } from './attachment.ts';
import { CallQueue } from './call-queue.ts';
import { withoutStack } from './caller-stack.ts';
import * as failures from './failures.ts';
import { Judge } from './judge.ts';
import { HawserError, RetryBudget, Slot, type Clock } from './machine/index.ts';
import { CHUNK_BYTES } from './outbox.ts';
import { Progress } from './progress.ts';
import type { Encoded, Request, Session } from './protocol.ts';
import { Receiver } from './receiver.ts';

/**
 * The slowest link (2 Mbit/s) on which a large request is no silence. Kernels take megabytes at once and then nothing
 * until a good part of that is through, and never tell when the rest is.
 */
const SLOWEST_BYTES_PER_MS = 262.144;

/** Fewest calls that are worth a system call of their own, so that server and client work at the same time. */
const LEAST_SHARE = 16;

/** What a flow tells its owner, and asks of it. */
export interface FlowOwner<Q, P> {
  /** The error for a call whose deadline has passed; `now` is one for all of a turn. */
  late(slot: Slot<Q>, now: number): HawserError;
  /** The transport must go: the peer is silent, or out of step. */
  lost(epoch: number, cause: Error): void;
  /** The transport must go: the peer is not one that is wanted. Nothing is in flight any more. */
  unfit(epoch: number, cause: Error): void;
  /** A reply has come: the connection works. */
  proven(epoch: number): void;
  /** Calls have left: there may be room, or nothing left to drain. */
  left(): void;
  pushed(message: P): void;
}

/**
 * The calls of one connection on their way: queued, handed over at the latest at the end of the tick, matched with their replies.
 * The transports come and go underneath; calls that were not handed over outlast them.
 */
export class Flow<Q extends Request, R, P> {
  readonly calls: CallQueue<Q>;
  readonly #clock: Clock;
  readonly #stallAfterMs: number;
  readonly #owner: FlowOwner<Q, P>;
  readonly #receiver: Receiver<Q, R, P>;
  readonly #progress: Progress;
  readonly #heartbeat: Judge;
  readonly #budget = new RetryBudget();
  readonly #endTick = (): void => this.#endOfTick();
  #endOfTickIsDue = false;
  /** Number and size of the calls made in this tick that were not handed over early. */
  #added = 0;
  #addedBytes = 0;
  /** How many calls are handed over before their tick is over; see {@link Flow.#share}. */
  #earlyShare = Infinity;
  #attachment: Attachment<Q, R, P> | undefined;
  /** Slots up to this {@link Slot.number} have been accepted by the kernel whole. */
  #acceptedThrough = 0;
  /** How long the peer may be silent after a sign of life of ours that no reply answers. */
  #heartbeatSilenceMs: number | undefined;
  #pings = 0;
  /** Hand-overs when a heartbeat was last due; `undefined` before the first. */
  #handOversBefore: number | undefined;

  constructor(
    clock: Clock,
    stallAfterMs: number,
    correlation: 'in-order' | 'by-request',
    owner: FlowOwner<Q, P>,
  ) {
    this.#clock = clock;
    this.#stallAfterMs = stallAfterMs;
    this.#owner = owner;
    this.calls = new CallQueue<Q>(clock, {
      late: (slot, now) => owner.late(slot, now),
      aborted: failures.aborted,
      left: () => owner.left(),
    });
    this.#heartbeat = new Judge(clock, () => this.#beat());
    this.#receiver = new Receiver<Q, R, P>(this.calls, correlation);
    const silenceMs = (): number | undefined => this.#silenceMs();
    this.#progress = new Progress(clock, stallAfterMs, {
      get silenceMs() {
        return silenceMs();
      },
      ping: () => this.#ping(),
      stalled: (silentForMs) => this.#stalled(silentForMs),
    });
  }

  /** All that was handed over is with the kernel, or there is no transport. */
  get isWritten(): boolean {
    return this.#attachment?.outbox?.hasRoom !== false;
  }

  /** When the last progress was made, in the clock's milliseconds. */
  get lastProgressAt(): number {
    return this.#progress.lastAt;
  }

  /**
   * Queues a call that was let in. `ownTimeoutMs` is the limit that the caller set for this very call; `hasBegun`: its time
   * is counted from now on.
   */
  add(
    request: Q,
    timeoutMs: number,
    ownTimeoutMs: number,
    signal: AbortSignal | undefined,
    hasBegun: boolean = false,
  ): Promise<R> {
    const silenceMs = Math.max(
      this.#stallAfterMs,
      request.silenceMs,
      ownTimeoutMs,
      writingMs(request, timeoutMs),
    );
    const promise = this.calls.add(request, timeoutMs, silenceMs, signal);
    // Were the event loop blocked until the end of the tick, the call would be given that on top of its time.
    if (hasBegun) this.calls.stamp(this.#clock.now());
    this.#added += 1;
    this.#addedBytes += request.bytes;
    if (this.#addedBytes >= CHUNK_BYTES || this.#added >= this.#earlyShare) this.#handOverEarly();
    if (!this.#endOfTickIsDue) {
      this.#endOfTickIsDue = true;
      process.nextTick(this.#endTick);
    }
    return promise as Promise<R>;
  }

  /** A transport is ready: calls go out on it from now on. */
  attach(attachment: Attachment<Q, R, P>): void {
    this.#attachment = attachment;
    this.#acceptedThrough = this.calls.slots.handOvers;
    this.#progress.start();
    this.#handOver();
    this.#handOversBefore = undefined;
    this.#beat();
  }

  /**
   * The transport is gone. What was in flight fails as `unknown`, or waits again when it may be repeated and has
   * not been before; never the call whose own answer was the reason.
   */
  detach(cause: Error | undefined, mayRepeat: boolean): void {
    this.#attachment = undefined;
    this.#heartbeatSilenceMs = undefined;
    this.#progress.stop();
    this.#heartbeat.clear();
    this.#receiver.reset();
    const { slots } = this.calls;
    const guilty = failures.isViolation(cause) ? slots.head() : undefined;
    const now = this.#clock.now();
    const mayWaitAgain = (slot: Slot<Q>): boolean =>
      mayRepeat &&
      slot !== guilty &&
      !slot.repeated &&
      slot.request!.repeatable &&
      this.#budget.withdraw(now);
    withoutStack(() =>
      slots.lose(mayWaitAgain, (slot, { command }) =>
        this.calls.fail(slot, failures.lostInFlight(command, cause, slot === guilty)),
      ),
    );
  }

  /** Fails all that was not handed over. */
  dropWaiting(error: (slot: Slot<Q>, request: Q) => HawserError): void {
    const { slots } = this.calls;
    withoutStack(() => slots.dropWaiting((slot, request) => this.calls.fail(slot, error(slot, request))));
  }

  /** Bytes from the transport; returns how many were consumed. */
  received(bytes: Buffer): number {
    const attachment = this.#attachment;
    if (attachment === undefined) return bytes.length;
    const { slots } = this.calls;
    const answeredBefore = slots.answered;
    let consumed = bytes.length;
    this.#heartbeatSilenceMs = undefined;
    try {
      consumed = this.#receiver.receive(attachment.session, bytes);
    } catch (error) {
      this.#owner.lost(attachment.epoch, failures.asViolation(error));
    }
    const answered = slots.answered - answeredBefore;
    const pushed = this.#receiver.takePushed();
    if (answered === 0 && slots.due > 0 && pushed.length > 0) this.#progress.told();
    else this.#progress.made();
    if (answered > 0) this.#owner.proven(attachment.epoch);
    this.#share(answered);
    for (const message of pushed) this.#owner.pushed(message);
    const { retirement } = this.#receiver;
    if (retirement !== undefined && slots.due === 0) this.#owner.unfit(attachment.epoch, retirement);
    this.#owner.left();
    return consumed;
  }

  /** The kernel has accepted what it was given. */
  room(): void {
    const { slots } = this.calls;
    const head = slots.head();
    // Not when the oldest call whose reply is due was written before: later bytes say nothing of its answer.
    if (head === undefined || head.number > this.#acceptedThrough) this.#progress.made();
    // Before more is handed over, which may leave the kernel full again, time after time.
    if (this.#attachment?.outbox?.hasRoom === true) this.#acceptedThrough = slots.handOvers;
    this.#handOver();
    this.#owner.left();
  }

  /**
   * Callers who have their replies mostly ask again at once. Would all of that travel together, server and client
   * would work in turns, each idle while the other is busy: so no more than half of all calls do. Halves that have
   * run into one another are parted again by the same rule, and smaller parts are left as they are.
   */
  #share(answered: number): void {
    const half = Math.ceil((answered + this.calls.slots.due) / 2);
    this.#earlyShare = answered - half >= LEAST_SHARE ? half : Infinity;
  }

  /** A chunk or a share is full before the tick is over: the server may begin, and the memory goes. */
  #handOverEarly(): void {
    this.#added = 0;
    this.#addedBytes = 0;
    this.#earlyShare = Infinity;
    this.#handOver();
  }

  /** All calls of this tick have been made: their time begins, and they are handed over together. */
  #endOfTick(): void {
    this.#endOfTickIsDue = false;
    this.#added = 0;
    this.#addedBytes = 0;
    this.#earlyShare = Infinity;
    this.calls.stamp(this.#clock.now());
    this.#handOver();
  }

  /** Hands waiting requests to the transport while it has room. The only way from waiting to in flight. */
  #handOver(): void {
    const attachment = this.#attachment;
    const outbox = attachment?.outbox;
    if (attachment === undefined || outbox === undefined || this.#receiver.retirement !== undefined) return;
    const { slots } = this.calls;
    const nothingWasDue = slots.due === 0;
    let calls = 0;
    let haveLeft = false;
    while (outbox.hasRoom) {
      const slot = slots.nextWaiting();
      if (slot === undefined) break;
      if (!outbox.fits(slot.bytes)) {
        outbox.flush();
        continue;
      }
      const data = this.#encode(attachment.session, slot);
      if (data === undefined) {
        haveLeft = true;
        continue;
      }
      outbox.add(data, slot.bytes);
      slots.handOver(slot);
      calls += 1;
      if (slot.request!.expectsReply) {
        this.#receiver.handedOver(slot);
      } else {
        haveLeft = true;
        this.#settleUnanswered(slot);
      }
    }
    outbox.flush();
    if (outbox.hasRoom) this.#acceptedThrough = slots.handOvers;
    // A message that no reply answers asks for nothing: it must not pass for a sign of life of the peer.
    if (nothingWasDue && slots.due > 0) this.#progress.made();
    if (calls > 0) this.#budget.deposit(calls, this.#clock.now());
    if (haveLeft) this.#owner.left();
  }

  /** Fails a call that the session cannot encode, for its channel was closed or its own session is gone. */
  #encode(session: Session<Q, R, P>, slot: Slot<Q>): Encoded | undefined {
    try {
      return session.encode(slot.request!);
    } catch (cause) {
      const error = failures.notEncoded(slot, cause);
      this.calls.slots.release(slot);
      this.calls.fail(slot, error);
      return undefined;
    }
  }

  #settleUnanswered(slot: Slot<Q>): void {
    this.calls.slots.answer(slot);
    this.calls.settle(slot, undefined);
  }

  /** How long the peer may be silent now; `undefined` when it owes nothing. */
  #silenceMs(): number | undefined {
    const { slots } = this.calls;
    if (slots.due > 0) return slots.silenceMs;
    if (this.#attachment?.outbox?.hasRoom === false) return this.#stallAfterMs;
    return this.#heartbeatSilenceMs;
  }

  /** Asks a peer from which nothing comes for a sign of life. */
  #ping(): void {
    const attachment = this.#attachment;
    if (attachment === undefined || this.calls.slots.waiting > 0) return;
    const ping = this.#handOverPing(attachment);
    if (ping === undefined || ping.expectsReply) return;
    this.#heartbeatSilenceMs = Math.max(this.#stallAfterMs, ping.silenceMs);
    this.#progress.made();
  }

  /** Lets a peer that wants to hear from us do so. What we say is no progress. */
  #beat(): void {
    const attachment = this.#attachment;
    const heartbeatMs = attachment?.session.heartbeatMs;
    if (attachment === undefined || heartbeatMs === undefined) return;
    const { slots } = this.calls;
    // First, so that a ping that costs the transport also costs the next heartbeat.
    this.#heartbeat.set(this.#clock.now() + heartbeatMs);
    if (slots.handOvers === this.#handOversBefore && slots.waiting === 0) this.#handOverPing(attachment);
    this.#handOversBefore = slots.handOvers;
  }

  #handOverPing(attachment: Attachment<Q, R, P>): Q | undefined {
    const { slots } = this.calls;
    this.#pings += 1;
    const nonce = `${attachment.epoch}-${this.#pings}`;
    let request: Q | undefined;
    try {
      request = attachment.session.ping(nonce);
    } catch (error) {
      this.#owner.lost(attachment.epoch, failures.asViolation(error));
      return undefined;
    }
    if (request === undefined) return undefined;
    const silenceMs = Math.max(this.#stallAfterMs, request.silenceMs);
    const slot = new Slot<Q>(request, request.bytes, silenceMs, undefined, ignore);
    slots.push(slot);
    this.#handOver();
    if (request.expectsReply) this.#receiver.pinged(slot, nonce);
    slots.release(slot);
    return request;
  }

  #stalled(silentForMs: number): void {
    const attachment = this.#attachment;
    if (attachment === undefined) return;
    const oldest = this.calls.slots.head()?.request?.command ?? 'nothing';
    this.#owner.lost(
      attachment.epoch,
      new HawserError(
        'STALLED',
        `no byte from ${attachment.transport?.peer ?? 'the peer'} for ${Math.round(silentForMs)} ms while ${oldest} waits for its reply; ` +
          'set timeoutMs for a call that may take longer',
        { outcome: 'unknown' },
      ),
    );
  }
}

/** How long a slow link may take over a request; whole milliseconds, and nothing for what is small. */
function writingMs({ bytes }: Request, timeoutMs: number): number {
  return bytes <= CHUNK_BYTES ? 0 : Math.ceil(Math.min(bytes / SLOWEST_BYTES_PER_MS, timeoutMs));
}

/** What settles a ping: nobody waits for it. */
function ignore(result: unknown): void {
  if (result instanceof Promise) result.catch(() => {});
}
