import type { Buffer } from 'node:buffer';
import {
  checkWait,
  HawserError,
  Listeners,
  onAbort,
  Waits,
  type Clock,
  type WaitOptions,
} from '../../core/index.ts';
import { SubscriptionBuffer } from './subscription-buffer.ts';
import type {
  SubscriptionEnd,
  SubscriptionEvent,
  SubscriptionGap,
  SubscriptionMessage,
} from './subscription-events.ts';
import type { ResolvedSubscribeOptions } from './subscribe-options.ts';
import type { TopicKind } from './topic-kind.ts';
import type { Outage } from '../outage.ts';
import { END, Takers } from '../takers.ts';
import type { PublishedMessage, Subscriber, Topic } from './topic.ts';

/** Where a subscription is entered. */
export interface SubscriptionBoard {
  /** Subscribes, and keeps it up until `remove`. */
  add(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void;
  remove(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void;
}

/** What a subscription needs. */
export interface SubscriptionGround {
  readonly clock: Clock;
  readonly subscriptions: SubscriptionBoard;
  readonly kind: TopicKind;
  readonly names: ReadonlySet<string>;
  readonly options: ResolvedSubscribeOptions;
  /** Default of {@link Subscription.ready}. */
  readonly timeoutMs: number;
}

/**
 * What comes on one or more channels, as `redis.subscribe()` gives it: to be iterated over once, or listened to.
 *
 * It lasts until its consumer leaves it (`break`, `return()`, `close()`, the signal), or the client is closed: then the
 * iteration ends. It survives every loss of the connection, and yields a `gap` then. The iteration rejects when the server
 * refuses a channel (a RedisReplyError, such as NOPERM), and with NOT_CONNECTED when it refuses the client (a wrong password).
 */
export class Subscription<Payload extends string | Buffer = string> implements AsyncIterableIterator<
  SubscriptionEvent<Payload>,
  undefined,
  undefined
> {
  readonly #ground: SubscriptionGround;
  readonly #buffer: SubscriptionBuffer<SubscriptionMessage<Payload>, SubscriptionGap>;
  readonly #takers = new Takers<SubscriptionEvent<Payload>>();
  readonly #waits: Waits;
  readonly #subscriber: Subscriber;
  /** Channels that were never there yet. */
  readonly #missing: Set<string>;
  #listeners: Listeners<SubscriptionEvent<Payload> | SubscriptionEnd> | undefined;
  /** Ends the watch over the signal. */
  #unwatch: (() => void) | undefined;

  /** Made by `redis.subscribe()`. */
  constructor(ground: SubscriptionGround) {
    const { clock, subscriptions, kind, names, options } = ground;
    this.#ground = ground;
    this.#buffer = new SubscriptionBuffer({ messages: options.maxBuffered, bytes: options.maxBufferedBytes });
    this.#waits = new Waits(clock, 'ready');
    this.#missing = new Set(names);
    this.#subscriber = {
      joined: (topic) => this.#joined(topic),
      message: (message) => this.#message(message),
      resumed: (topic, outage) => this.#resumed(topic, outage),
      end: (error) => this.#end(error),
    };
    const { signal } = options;
    if (signal?.aborted === true) {
      this.#takers.end(undefined);
      return;
    }
    if (signal !== undefined) this.#unwatch = onAbort(signal, () => this.close());
    subscriptions.add(this.#subscriber, kind, names);
  }

  /**
   * Resolves when the server has confirmed every channel: what is published from then on comes. Rejects with what has ended
   * the subscription, or CLOSED; with DEADLINE after `timeoutMs` (the client's own by default), and with ABORTED.
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = this.#ground.timeoutMs, signal } = checkWait('ready', options);
    const { life } = this.#takers;
    if (life.name === 'ended') throw life.error ?? closed();
    if (this.#missing.size === 0) return;
    await this.#waits.wait(timeoutMs, signal, () => {
      const { size } = this.#missing;
      const message = `ready: ${size} of ${this.#ground.names.size} channels are not confirmed within ${timeoutMs} ms`;
      return new HawserError('DEADLINE', message, { outcome: 'unknown', command: 'ready' });
    });
  }

  /**
   * Calls `listener` with each event, at once as it comes, and last with `ended`: instead of iterating. What it throws, or
   * rejects with, becomes a warning of the process. Returns the subscription. Throws INVALID_ARGUMENT when it is iterated over
   * or listened to already.
   */
  listen(listener: (event: SubscriptionEvent<Payload> | SubscriptionEnd) => unknown): this {
    if (this.#listeners !== undefined || this.#takers.size > 0) {
      throw misused('listen: it is iterated over or listened to already; subscribe once more');
    }
    const listeners = new Listeners<SubscriptionEvent<Payload> | SubscriptionEnd>();
    listeners.add(listener);
    this.#listeners = listeners;
    for (let event = this.#buffer.take(); event !== undefined; event = this.#buffer.take()) {
      listeners.notify(event);
    }
    const { life } = this.#takers;
    if (life.name === 'ended') listeners.notify({ type: 'ended', error: life.error });
    return this;
  }

  /** The next event. */
  next(): Promise<IteratorResult<SubscriptionEvent<Payload>, undefined>> {
    if (this.#listeners !== undefined) {
      return Promise.reject(misused('next: it is listened to; subscribe once more to iterate'));
    }
    const event = this.#buffer.take();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    return this.#takers.next();
  }

  /** Ends the subscription, as `break` does. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.resolve(END);
  }

  /** Ends the subscription: nothing more is yielded. The server is told, unless others subscribe to the same. */
  close(): void {
    this.#buffer.clear();
    this.#end(undefined);
  }

  /** As {@link Subscription.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #joined({ name }: Topic): void {
    this.#missing.delete(name);
    if (this.#missing.size === 0) this.#waits.resolve();
  }

  #message(message: PublishedMessage): void {
    // Ended by another who was told of the message before.
    if (this.#takers.life.name === 'ended') return;
    const { channel, pattern, payload } = message;
    const value = (this.#ground.options.buffers ? payload : message.text) as Payload;
    const event = { type: 'message', channel, pattern, payload: value } as const;
    if (!this.#hand(event)) this.#buffer.push(event, payload.length);
  }

  #resumed({ name }: Topic, outage: Outage): void {
    if (this.#takers.life.name === 'ended') return;
    const now = this.#ground.clock.now();
    const gapOf = ({ since, cause }: Outage): SubscriptionGap => {
      return { type: 'gap', channel: name, since, downForMs: now - since, reason: cause };
    };
    if (!this.#hand(gapOf(outage))) this.#buffer.gap(name, outage, gapOf);
  }

  /** Gives an event to whoever waits for it. */
  #hand(event: SubscriptionEvent<Payload>): boolean {
    if (this.#listeners !== undefined) {
      this.#listeners.notify(event);
      return true;
    }
    return this.#takers.hand(event);
  }

  #end(error: Error | undefined): void {
    if (this.#takers.life.name === 'ended') return;
    const { subscriptions, kind, names } = this.#ground;
    this.#takers.end(error);
    this.#unwatch?.();
    subscriptions.remove(this.#subscriber, kind, names);
    this.#waits.reject(() => error ?? closed());
    this.#listeners?.notify({ type: 'ended', error });
  }
}

function closed(): HawserError {
  const init = { outcome: 'not-sent', command: 'ready' } as const;
  return new HawserError('CLOSED', 'ready: the subscription was ended by its owner', init);
}

function misused(message: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent' });
}

/** A subscription, of text or of bytes. */
export function subscription(ground: SubscriptionGround): Subscription | Subscription<Buffer> {
  if (ground.options.buffers) return new Subscription<Buffer>(ground);
  const ofText: Subscription = new Subscription(ground);
  return ofText;
}
