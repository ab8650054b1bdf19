import {
  checkWait,
  CLOSE_TIMEOUT_MS,
  HawserError,
  Listeners,
  onAbort,
  Waits,
  type Clock,
  type WaitOptions,
} from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { ConsumerGroup, FIRST, type DeliveredEntry, type PendingEntry } from './consumer-group.ts';
import type { ResolvedConsumerOptions } from './consumer-options.ts';
import { Handlers } from './handlers.ts';
import { mayPass, Patience } from './patience.ts';
import type {
  StreamConsumerExplanation,
  StreamConsumerFailure,
  StreamConsumerReport,
} from './stream-delivery.ts';
import type { StreamLine } from './stream-line.ts';
import type { StreamsGround } from './streams.ts';

/** What a consumer needs. */
export interface StreamConsumerGround extends StreamsGround {
  readonly options: ResolvedConsumerOptions;
  /** It has ended. */
  readonly left: (consumer: StreamConsumer) => void;
}

type Life =
  | { readonly name: 'running' }
  /** Nothing more is read; `error` is why, where that was not wanted. */
  | { readonly name: 'draining'; readonly error: Error | undefined }
  | { readonly name: 'closed'; readonly error: Error | undefined; readonly report: StreamConsumerReport };

/**
 * One consumer of a group, as `redis.consumer()` gives it: hands entries to its handler, and acknowledges those that are
 * handled. Each entry is handled at least once, by one of the group; one that was acknowledged never again.
 *
 * It survives every loss of the connection. It ends by `close()`, its signal or the client, and by itself when the
 * server refuses what does not pass (NOGROUP without `createGroup`, WRONGTYPE, NOPERM): {@link StreamConsumer.finished} tells.
 */
export class StreamConsumer {
  readonly #ground: StreamConsumerGround;
  readonly #clock: Clock;
  readonly #group: ConsumerGroup;
  readonly #line: StreamLine;
  readonly #handlers: Handlers;
  readonly #acknowledgements: Acknowledgements;
  readonly #patience: Patience;
  /** Nothing more is read. */
  readonly #ending = new AbortController();
  /** Nothing more is acknowledged. */
  readonly #givingUp = new AbortController();
  readonly #listeners = new Listeners<StreamConsumerFailure>();
  readonly #ended: Waits;
  readonly #finished: Waits;
  /** Ends the watch over the signal. */
  #unwatch: (() => void) | undefined;
  readonly #counts = { handled: 0, failed: 0, dead: 0, redelivered: 0 };
  #lastError: string | undefined;
  #life: Life = { name: 'running' };
  #isReading = true;
  /** From when on what was delivered to this consumer may have been lost on its way. */
  #lostSince = Infinity;

  /** Made by `redis.consumer()`. */
  constructor(ground: StreamConsumerGround) {
    const { clock, client, options } = ground;
    this.#ground = ground;
    this.#clock = clock;
    this.#line = ground.line(this.#ending.signal);
    this.#group = new ConsumerGroup(client, this.#line, options, this.#ending.signal);
    this.#handlers = new Handlers(clock, options.concurrency, options.claimIdleMs, () => this.#settle());
    const world = { clock, random: ground.random, endures: (error: unknown) => this.#endures(error) };
    this.#patience = new Patience({
      ...world,
      signal: this.#ending.signal,
      ready: (wait) => Promise.all([client.ready(wait), this.#line.ready(wait)]),
    });
    const { signal: givingUp } = this.#givingUp;
    const patience = new Patience({ ...world, signal: givingUp, ready: (wait) => client.ready(wait) });
    // What is unknown may have been done: to acknowledge it once more changes nothing.
    this.#acknowledgements = new Acknowledgements((ids) =>
      patience.ask(() => this.#group.acknowledge(ids, givingUp)),
    );
    this.#ended = new Waits(clock, 'close');
    this.#finished = new Waits(clock, 'finished');
    const { signal } = options;
    if (signal !== undefined) this.#unwatch = onAbort(signal, () => void this.close());
    if (signal?.aborted === true) this.#drain(undefined);
    // Not before whoever makes it can listen.
    void Promise.resolve()
      .then(() => this.#read())
      .catch((error: unknown) => this.#drain(error as Error))
      .then(() => {
        this.#isReading = false;
        this.#settle();
      });
  }

  /** Where it stands. */
  get state(): Life['name'] {
    return this.#life.name;
  }

  /** What it knows of itself. */
  explain(): StreamConsumerExplanation {
    return {
      state: this.state,
      handling: this.#handlers.ids,
      counts: { ...this.#counts },
      lastError: this.#lastError,
    };
  }

  /**
   * Calls `listener` with each thing that goes wrong and is gone on after: what a handler throws, and why the server cannot be
   * asked. What it throws, or rejects with, becomes a warning of the process. Returns what removes it.
   */
  onError(listener: (failure: StreamConsumerFailure) => unknown): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Resolves when it was closed. Rejects with what has ended it otherwise, and with DEADLINE and ABORTED. `timeoutMs` is
   * `Infinity` by default.
   */
  async finished(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = Infinity, signal } = checkWait('finished', options);
    if (this.#life.name !== 'closed') {
      const message = `finished: the consumer is not closed within ${timeoutMs} ms`;
      const late = (): HawserError =>
        new HawserError('DEADLINE', message, { outcome: 'unknown', command: 'finished' });
      return this.#finished.wait(timeoutMs, signal, late);
    }
    if (this.#life.error !== undefined) throw this.#life.error;
  }

  /**
   * Reads nothing more, waits until what is being handled is done and acknowledged, then ends; at the latest after `timeoutMs`
   * (default 5,000). Resolves to what was not done by then: it stays pending. Rejects for a bad argument alone.
   */
  async close(options: WaitOptions = {}): Promise<StreamConsumerReport> {
    const { timeoutMs = CLOSE_TIMEOUT_MS, signal } = checkWait('close', options);
    this.#drain(undefined);
    if (this.state !== 'closed') {
      const late = (): HawserError =>
        new HawserError('DEADLINE', 'close: too late', { outcome: 'unknown', command: 'close' });
      await this.#ended.wait(timeoutMs, signal, late).catch(() => this.#end());
    }
    return this.#life.name === 'closed' ? this.#life.report : { unfinished: [] };
  }

  /** As {@link StreamConsumer.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(): Promise<void> {
    const { claimIdleMs } = this.#ground.options;
    await this.#createGroup();
    await this.#takeOwn(-Infinity);
    let lookAt = claimIdleMs === Infinity ? Infinity : this.#clock.now();
    for (;;) {
      await this.#handlers.untilFree();
      if (this.#ending.signal.aborted) return;
      const now = this.#clock.now();
      if (this.#lostSince !== Infinity) {
        const since = this.#lostSince;
        this.#lostSince = Infinity;
        await this.#takeOwn(since);
      } else if (now >= lookAt) {
        await this.#takeIdle();
        lookAt = this.#clock.now() + claimIdleMs / 2;
      } else {
        await this.#takeNew(lookAt - now);
      }
    }
  }

  async #createGroup(): Promise<void> {
    const { createGroup } = this.#ground.options;
    if (createGroup !== undefined) await this.#patience.ask(() => this.#group.create(createGroup));
  }

  async #takeNew(waitMs: number): Promise<void> {
    const startedAt = this.#clock.now();
    try {
      const entries = await this.#group.readNew(this.#handlers.free, waitMs);
      this.#patience.succeeded();
      for (const entry of entries) this.#start(entry);
    } catch (error) {
      await this.#missed(error, startedAt);
    }
  }

  /** Takes again what was delivered to this consumer since then, and is in nobody's hands. */
  #takeOwn(since: number): Promise<void> {
    return this.#take(
      async (after, count) => {
        // Else what is delivered to a connection that is over could be so behind this look.
        await this.#line.fence();
        return this.#group.pendingOwn(after, count);
      },
      // A millisecond more, for servers count in whole ones.
      ({ idleMs }) => idleMs <= this.#clock.now() - since + 1,
    );
  }

  /** Takes over what others, or failed handlers, have left lying. */
  #takeIdle(): Promise<void> {
    return this.#take(
      (after, count) => this.#group.pendingIdle(after, count),
      () => true,
    );
  }

  /** Takes pending entries, no more at a time than there are places: an entry that is claimed is begun with at once. */
  async #take(
    look: (after: string, count: number) => Promise<readonly PendingEntry[]>,
    isWanted: (entry: PendingEntry) => boolean,
  ): Promise<void> {
    let after = FIRST;
    for (;;) {
      await this.#handlers.untilFree();
      if (this.#ending.signal.aborted) return;
      const count = this.#handlers.free;
      const page = await this.#look(() => look(after, count));
      await this.#claim(page.filter((entry) => isWanted(entry) && !this.#handlers.has(entry.id)));
      const last = page.at(-1);
      if (last === undefined || page.length < count) return;
      after = last.id;
    }
  }

  async #look(look: () => Promise<readonly PendingEntry[]>): Promise<readonly PendingEntry[]> {
    for (;;) {
      try {
        return await look();
      } catch (error) {
        await this.#endure(error);
      }
    }
  }

  async #claim(wanted: readonly PendingEntry[]): Promise<void> {
    const startedAt = this.#clock.now();
    const claims = await Promise.allSettled(wanted.map((entry) => this.#group.claim(entry)));
    for (const claim of claims) {
      if (claim.status === 'fulfilled' && claim.value !== undefined) this.#start(claim.value);
    }
    const failed = claims.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') await this.#missed(failed.reason, startedAt);
  }

  /** What delivers entries has failed: they may have been delivered all the same, and nobody has them. */
  async #missed(error: unknown, startedAt: number): Promise<void> {
    if (error instanceof HawserError && error.outcome === 'unknown') {
      this.#lostSince = Math.min(this.#lostSince, startedAt);
    }
    await this.#endure(error);
  }

  async #endure(error: unknown): Promise<void> {
    await this.#patience.endure(error);
    // The group, its stream or all data are gone: what it begins with then is the user's choice.
    if (isNoGroup(error)) await this.#createGroup();
  }

  #endures(error: unknown): boolean {
    const { createGroup } = this.#ground.options;
    if (!mayPass(error) && !(isNoGroup(error) && createGroup !== undefined)) return false;
    this.#tell(error, undefined);
    return true;
  }

  #start(entry: DeliveredEntry): void {
    // It stays pending.
    if (this.#ending.signal.aborted) return;
    if (entry.deliveries > 1) this.#counts.redelivered += 1;
    this.#handlers.start(entry.id, (signal) => this.#handle(entry, signal));
  }

  async #handle({ id, fields, deliveries }: DeliveredEntry, signal: AbortSignal): Promise<void> {
    const { handler, onDead, maxDeliveries } = this.#ground.options;
    const isDead = deliveries > maxDeliveries;
    try {
      await (isDead ? onDead : handler)({ id, fields, deliveries, signal });
    } catch (error) {
      this.#counts.failed += 1;
      this.#tell(error, id);
      return;
    }
    this.#counts[isDead ? 'dead' : 'handled'] += 1;
    try {
      await this.#acknowledgements.add(id);
    } catch (error) {
      if (!this.#givingUp.signal.aborted) this.#drain(error as Error);
    }
  }

  #tell(error: unknown, id: string | undefined): void {
    this.#lastError = error instanceof Error ? error.message : typeof error;
    this.#listeners.notify({ error, id });
  }

  #drain(error: Error | undefined): void {
    if (this.#life.name !== 'running') return;
    this.#life = { name: 'draining', error };
    if (error !== undefined) this.#lastError = error.message;
    this.#ending.abort();
    this.#line.end();
    this.#handlers.wake();
    this.#settle();
  }

  /** Ends it, if all is done. */
  #settle(): void {
    if (this.#life.name === 'draining' && !this.#isReading && this.#handlers.ids.length === 0) this.#end();
  }

  #end(): void {
    if (this.#life.name !== 'draining') return;
    const { error } = this.#life;
    this.#life = { name: 'closed', error, report: { unfinished: this.#handlers.ids } };
    this.#unwatch?.();
    this.#givingUp.abort();
    this.#handlers.abort();
    this.#ended.resolve();
    if (error === undefined) this.#finished.resolve();
    else this.#finished.reject(() => error);
    this.#ground.left(this);
  }
}

function isNoGroup(error: unknown): boolean {
  return error instanceof RedisReplyError && error.code === 'NOGROUP';
}
