import type { Buffer } from 'node:buffer';
import {
  checkWait,
  HawserError,
  onAbort,
  Waits,
  type Clock,
  type StateChange,
  type WaitOptions,
} from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import type { RedisLine } from '../line.ts';
import { outageOf, type Outage } from '../outage.ts';
import { SubscriptionBuffer } from '../pubsub/subscription-buffer.ts';
import type { ResolvedSubscribeOptions } from '../pubsub/subscribe-options.ts';
import { textOf, type RedisReply } from '../reply.ts';
import { END, Takers } from '../takers.ts';
import type { MonitoredCommand, MonitorEvent, MonitorGap } from './monitor-events.ts';
import { readLine } from './monitor-line.ts';
import { MONITOR_PUSH, MonitorRequest } from './monitor-session.ts';

/** What a monitor needs. */
export interface MonitorGround {
  readonly clock: Clock;
  readonly stallAfterMs: number;
  /** Default of {@link Monitor.ready}. */
  readonly timeoutMs: number;
  /** A connection of its own. */
  readonly line: RedisLine;
  readonly options: ResolvedSubscribeOptions;
  /** It is over. */
  readonly ended: () => void;
}

/** Whether the server tells: not yet, now, or no longer since an outage. */
type Phase =
  | { readonly name: 'starting' }
  | { readonly name: 'live' }
  | { readonly name: 'away'; readonly outage: Outage };

/**
 * All that the server is asked, by whomever, as `redis.monitor()` gives it: to be iterated over once. It has a connection of
 * its own.
 *
 * It lasts until its consumer leaves it (`break`, `return()`, `close()`, the signal), or the client is closed: then the
 * iteration ends. It survives every loss of its connection, and yields a `gap` then. The iteration rejects when the server
 * refuses MONITOR (a RedisReplyError, such as NOPERM), and with NOT_CONNECTED when it refuses the client (a wrong password).
 */
export class Monitor<Text extends string | Buffer = string> implements AsyncIterableIterator<
  MonitorEvent<Text>,
  undefined,
  undefined
> {
  readonly #ground: MonitorGround;
  readonly #buffer: SubscriptionBuffer<string, MonitorGap>;
  readonly #takers = new Takers<MonitorEvent<Text>>();
  readonly #waits: Waits;
  #phase: Phase = { name: 'starting' };
  /** Ends the watch over the signal. */
  #unwatch: (() => void) | undefined;

  /** Made by `redis.monitor()`. */
  constructor(ground: MonitorGround) {
    const { clock, line, options } = ground;
    this.#ground = ground;
    this.#buffer = new SubscriptionBuffer({ messages: options.maxBuffered, bytes: options.maxBufferedBytes });
    this.#waits = new Waits(clock, 'ready');
    line.onState((change) => this.#stateChanged(change));
    line.onPush((message) => this.#pushed(message));
    const { signal } = options;
    if (signal?.aborted === true) this.close();
    else if (signal !== undefined) this.#unwatch = onAbort(signal, () => this.close());
  }

  /**
   * Resolves when the server tells what it is asked from then on. Rejects with what has ended the monitor, or CLOSED; with
   * DEADLINE after `timeoutMs` (the client's own by default), and with ABORTED.
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = this.#ground.timeoutMs, signal } = checkWait('ready', options);
    const { life } = this.#takers;
    if (life.name === 'ended') throw life.error ?? closed();
    if (this.#phase.name === 'live') return;
    await this.#waits.wait(timeoutMs, signal, () => {
      const message = `ready: the server has not begun to tell within ${timeoutMs} ms`;
      return new HawserError('DEADLINE', message, { outcome: 'unknown', command: 'ready' });
    });
  }

  /** The next event. */
  next(): Promise<IteratorResult<MonitorEvent<Text>, undefined>> {
    const event = this.#buffer.take();
    if (event !== undefined) {
      return Promise.resolve({ done: false, value: typeof event === 'string' ? this.#read(event) : event });
    }
    return this.#takers.next();
  }

  /** Ends the monitor, as `break` does. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.resolve(END);
  }

  /** Ends the monitor and its connection: nothing more is yielded. */
  close(): void {
    this.#buffer.clear();
    this.#end(undefined);
  }

  /** As {@link Monitor.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #stateChanged({ from, to, cause }: StateChange): void {
    if (from === 'ready') this.#lost(cause);
    if (to === 'ready') void this.#begin();
    if (to === 'parked') this.#ground.line.ready().catch((error: unknown) => this.#end(error as Error));
    if (to === 'draining' || to === 'closed') this.#end(undefined);
  }

  async #begin(): Promise<void> {
    const { line } = this.#ground;
    try {
      // For as long as the connection bears it: when that is lost it is asked for on the next.
      await line.submit(new MonitorRequest(), { timeoutMs: Infinity, silenceMs: 0 });
    } catch (error) {
      // There is no room for it, on a connection of its own.
      const isFinal = error instanceof HawserError && error.code === 'OVERLOADED';
      if (error instanceof RedisReplyError || isFinal) this.#end(error);
    }
  }

  #lost(cause: Error | undefined): void {
    const { clock, stallAfterMs } = this.#ground;
    if (this.#phase.name !== 'live') return;
    this.#phase = { name: 'away', outage: outageOf(cause, clock.now(), stallAfterMs) };
  }

  #pushed([name, line]: RedisReply[]): void {
    if (textOf(name) !== MONITOR_PUSH || this.#takers.life.name === 'ended') return;
    if (line === undefined) return this.#began();
    const text = textOf(line);
    if (this.#takers.size > 0) this.#takers.hand(this.#read(text));
    else this.#buffer.push(text, text.length);
  }

  #began(): void {
    const before = this.#phase;
    this.#phase = { name: 'live' };
    this.#waits.resolve();
    if (before.name !== 'away') return;
    const now = this.#ground.clock.now();
    const gapOf = ({ since, cause }: Outage): MonitorGap => {
      return { type: 'gap', since, downForMs: now - since, reason: cause };
    };
    if (!this.#takers.hand(gapOf(before.outage))) this.#buffer.gap(MONITOR_PUSH, before.outage, gapOf);
  }

  #read(line: string): MonitoredCommand<Text> {
    return readLine(line, this.#ground.options.buffers) as MonitoredCommand<Text>;
  }

  #end(error: Error | undefined): void {
    if (this.#takers.life.name === 'ended') return;
    const { line, ended } = this.#ground;
    this.#takers.end(error);
    this.#unwatch?.();
    this.#waits.reject(() => error ?? closed());
    ended();
    void line.close({ timeoutMs: 0 });
  }
}

function closed(): HawserError {
  const init = { outcome: 'not-sent', command: 'ready' } as const;
  return new HawserError('CLOSED', 'ready: the monitor was ended by its owner', init);
}
