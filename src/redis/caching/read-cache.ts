import { HawserError, WaitLimits, type Clock, type Explanation, type StateChange } from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import type { ReplyHandling } from '../command-methods.ts';
import { keysOf } from '../command-keys.ts';
import type { CommandInfo, RedisCommand } from '../commands.ts';
import type { RedisLine } from '../line.ts';
import { outageOf, type Outage } from '../outage.ts';
import type { RedisReply, ReplyForm } from '../reply.ts';
import { violation } from '../resp-limits.ts';
import type { WriteFollower } from '../write-follower.ts';
import { whyNotCached } from './cacheable-commands.ts';
import type { CacheExplanation } from './cache-explanation.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import { CacheStore, type KnownReply } from './cache-store.ts';
import { CachedRequest } from './cached-request.ts';
import { CachingSession } from './caching-session.ts';
import { keyName } from './key-name.ts';
import { compactOf, copyOf } from './shared-value.ts';
import { SharedRead, type SharedReadOwner } from './shared-read.ts';
import type { Tracking } from './tracking.ts';
import { writtenBy, type Written } from './written-keys.ts';

/** What a {@link ReadCache} needs. */
export interface ReadCacheGround {
  readonly clock: Clock;
  readonly options: ResolvedCacheOptions;
  readonly keyPrefix: string | undefined;
  /** Limit of a read that has none of its own. */
  readonly timeoutMs: number;
  readonly stallAfterMs: number;
  /** Whether the next connection may be another user's. */
  readonly mayChangeUser: boolean;
}

/** A read that may be answered from a cache. */
export interface CachedQuestion {
  readonly info: CommandInfo;
  /** As it is sent, its keys with the client's prefix. */
  readonly command: RedisCommand;
  readonly handling: ReplyHandling;
  readonly form: ReplyForm;
  /** What is asked, and how the reply is wanted. */
  readonly id: string;
}

/** Is told that a reply is what was known at the end of a connection. */
export type StaleListener = (outage: Outage) => void;

/**
 * What a client has read and the server keeps up: it tells of each change. Three things take an entry away: the server's
 * word, a write of the client's own, when it is made (or has ended, on another connection), and the loss of the connection.
 */
export class ReadCache implements WriteFollower, SharedReadOwner {
  /** Of all who wait for reads. */
  readonly limits: WaitLimits<unknown>;
  readonly #ground: ReadCacheGround;
  readonly #store: CacheStore;
  readonly #counts = { hits: 0, misses: 0, shared: 0, stale: 0, invalidations: 0 };
  #line: RedisLine | undefined;
  /** Of the present connection; `undefined` while there is none, or its server does not tell of changes. */
  #tracking: Tracking | undefined;

  constructor(ground: ReadCacheGround) {
    this.limits = new WaitLimits(ground.clock);
    this.#ground = ground;
    this.#store = new CacheStore(ground.options);
  }

  /** The connection that reads go to. Called once, before any read. */
  attach(line: RedisLine): void {
    this.#line = line;
    line.onState((change) => this.#stateChanged(change));
    if (line.state === 'ready') this.#ready();
  }

  get staleIfDownMs(): number {
    return this.#ground.options.staleIfDownMs;
  }

  /**
   * Answers from what is kept, or asks the server, once for all who ask the same meanwhile. With `stale`, what was known at
   * the end of a connection will do while there is no other.
   */
  read(
    question: CachedQuestion,
    options: CallOptions | undefined,
    stale: StaleListener | undefined,
  ): Promise<unknown> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(abortedBefore(question.info.name, signal));
    const entry = this.#store.get(question.id);
    if (entry?.known !== undefined && this.#isCurrent(entry.known)) {
      this.#counts.hits += 1;
      this.#store.touch(entry);
      return Promise.resolve(copyOf(entry.known.value));
    }
    return stale === undefined
      ? this.#ask(question, options)
      : this.#readEvenIfDown(question, options, stale);
  }

  follow<T>(commands: readonly RedisCommand[], isElsewhere: boolean, reply: Promise<T>): Promise<T> {
    const written = writtenBy(commands, this.#ground.keyPrefix);
    if (written !== 'all' && written.size === 0) return reply;
    this.#drop(written);
    // On another connection it runs in no order with the reads of this one: those before its reply may not know of it.
    return isElsewhere ? reply.finally(() => this.#drop(written)) : reply;
  }

  /** What was read, and is being read, may be another user's. */
  userMayHaveChanged(): void {
    this.#drop('all');
  }

  /** The server tells of changes: of these keys, or of all. */
  invalidated(keys: RedisReply | undefined): void {
    const { invalidations } = this.#counts;
    if (keys === null) {
      this.#counts.invalidations = invalidations + 1;
      this.#forgetKnown();
      return;
    }
    if (!Array.isArray(keys)) throw violation('keys, or null, in an invalidation');
    this.#counts.invalidations = invalidations + keys.length;
    for (const key of keys) {
      if (typeof key !== 'string' && !(key instanceof Uint8Array))
        throw violation('a key in an invalidation');
      for (const entry of this.#store.of(keyName(key))) this.#store.forget(entry);
    }
  }

  /** A reply has come, on the session with this tracking. */
  arrived({ read, isTracked, form }: CachedRequest, value: unknown, tracking: Tracking | undefined): void {
    this.#forgetEarlier(read);
    const { entry } = read;
    if (entry?.read !== read) return;
    if (isTracked && tracking !== undefined && tracking === this.#tracking)
      this.#store.keep(entry, form.buffers ? compactOf(value) : value, tracking, this.#ground.clock.now());
    // Nor is what was known before: it is older than what the callers are told now.
    else this.#store.drop(entry);
  }

  /** The server has said no, or what cannot be told. */
  refused({ read }: CachedRequest): void {
    this.#forgetEarlier(read);
    const { entry } = read;
    if (entry?.read === read) this.#store.drop(entry);
  }

  left(read: SharedRead): void {
    const { entry } = read;
    if (entry?.read === read) this.#store.unask(entry);
  }

  explainConnection(): Explanation {
    return this.#line!.explain();
  }

  explain(): CacheExplanation {
    const { known: entries, bytes, evictions } = this.#store;
    const { tracking, reason } = this.#describeTracking();
    return { tracking, reason, entries, bytes, ...this.#counts, evictions };
  }

  #describeTracking(): Pick<CacheExplanation, 'tracking' | 'reason'> {
    if (this.#tracking !== undefined) return { tracking: 'on', reason: undefined };
    const session = this.#line?.state === 'ready' ? this.#line.session : undefined;
    return session instanceof CachingSession
      ? { tracking: 'off', reason: session.refusal }
      : { tracking: 'down', reason: undefined };
  }

  #isCurrent({ tracking, storedAt }: KnownReply): boolean {
    const { ttlMs } = this.#ground.options;
    if (tracking !== this.#tracking) return false;
    return ttlMs === Infinity || this.#ground.clock.now() - storedAt < ttlMs;
  }

  /** What was known at the end of a connection, while there is no other and that is not too long ago. */
  #staleValue(id: string, stale: StaleListener): { readonly value: unknown } | undefined {
    const entry = this.#store.get(id);
    const end = entry?.known?.tracking.end;
    if (entry?.known === undefined || end === undefined || this.#line?.state === 'ready') return undefined;
    if (this.#ground.clock.now() - end.since > this.staleIfDownMs) return undefined;
    this.#counts.stale += 1;
    this.#store.touch(entry);
    stale(end);
    return { value: copyOf(entry.known.value) };
  }

  async #readEvenIfDown(
    question: CachedQuestion,
    options: CallOptions | undefined,
    stale: StaleListener,
  ): Promise<unknown> {
    const known = this.#staleValue(question.id, stale);
    if (known !== undefined) return known.value;
    try {
      return await this.#ask(question, options);
    } catch (error) {
      const meanwhile = isOfConnection(error) ? this.#staleValue(question.id, stale) : undefined;
      if (meanwhile === undefined) throw error;
      return meanwhile.value;
    }
  }

  /** Asks the server, or joins who does. What it throws is what the call rejects with. */
  #ask(question: CachedQuestion, options: CallOptions = {}): Promise<unknown> {
    const { timeoutMs = this.#ground.timeoutMs, signal, retry } = options;
    const isAlone = retry === 'never';
    const there = isAlone ? undefined : this.#store.get(question.id)?.read;
    if (there !== undefined) {
      this.#counts.shared += 1;
      return there.join(timeoutMs, signal);
    }
    const read = this.#begin(question, options, isAlone);
    this.#counts.misses += 1;
    return read.join(timeoutMs, signal);
  }

  #begin(question: CachedQuestion, options: CallOptions, isAlone: boolean): SharedRead {
    const { info, command, handling, form, id } = question;
    const positions = keysOf(command) ?? [];
    const why = whyNotCached(info.name, positions.length);
    if (why !== undefined) throw notCached(info.name, why);
    // Over a call without end a silent server is not found until its caller leaves: that must be told.
    const mayWaitLong = this.#line!.state !== 'ready' || options.timeoutMs === Infinity;
    const keys = eachOnce(positions.map((position) => partOf(id, keyName(command[position]!))));
    const read = new SharedRead(info.name, keys, mayWaitLong, this);
    const convert = form.buffers ? handling.convertBuffers : handling.convert;
    // A server that does not tell of changes would refuse the word for it, each time.
    const asksToTrack = !isAlone && (this.#tracking !== undefined || this.#line!.state !== 'ready');
    const request = new CachedRequest(info, command, !isAlone, form, convert, read, asksToTrack);
    const { signal } = read;
    // How long each caller waits is for that caller to say; how long the server may be silent, for the first.
    const limits = { timeoutMs: Infinity, silenceMs: options.timeoutMs ?? 0, signal };
    read.settleWith(this.#line!.submit(request, limits));
    if (!isAlone) read.entry = this.#store.ask(id, read);
    return read;
  }

  /** What was read is known no more, and what is being read will not be. */
  #drop(written: Written): void {
    if (written === 'all') {
      for (const entry of this.#store.all()) this.#store.drop(entry);
      return;
    }
    for (const key of written) {
      for (const entry of this.#store.of(key)) this.#store.drop(entry);
    }
  }

  /** What was read is known no more. What is being read will be: its reply comes behind what has happened. */
  #forgetKnown(): void {
    for (const entry of this.#store.all()) this.#store.forget(entry);
  }

  /** Of these keys the server has just told. What was known of them on another connection may be older, however it was read. */
  #forgetEarlier({ keys }: SharedRead): void {
    // Else it was forgotten with its connection.
    if (this.staleIfDownMs === 0) return;
    for (const key of keys) {
      for (const entry of this.#store.of(key)) {
        if (entry.known !== undefined && entry.known.tracking !== this.#tracking) this.#store.forget(entry);
      }
    }
  }

  #stateChanged({ from, to, cause }: StateChange): void {
    if (from === 'ready') this.#lost(cause);
    if (to === 'ready') this.#ready();
    if (to === 'draining' || to === 'closed') this.#forgetKnown();
  }

  #ready(): void {
    const { session } = this.#line!;
    this.#tracking = session instanceof CachingSession ? session.tracking : undefined;
    if (this.#ground.mayChangeUser) this.#forgetKnown();
  }

  #lost(cause: Error | undefined): void {
    const { clock, stallAfterMs } = this.#ground;
    this.#tracking?.ended(outageOf(cause, clock.now(), stallAfterMs));
    this.#tracking = undefined;
    if (this.staleIfDownMs === 0) this.#forgetKnown();
  }
}

/** The text within another that is the same. A key may be part of a much longer text, all of which would be kept with it. */
function partOf(whole: string, text: string): string {
  const start = whole.indexOf(text);
  return whole.slice(start, start + text.length);
}

/** Most commands have one key, for which no set is needed, nor kept. */
function eachOnce(names: string[]): string[] {
  return names.length === 1 ? names : [...new Set(names)];
}

/** Whether a call has failed for want of a connection, or of one that answers. */
function isOfConnection(error: unknown): boolean {
  if (!(error instanceof HawserError)) return false;
  return ['NOT_CONNECTED', 'CONNECTION_LOST', 'STALLED', 'DEADLINE'].includes(error.code);
}

function abortedBefore(command: string, { reason }: AbortSignal): HawserError {
  const init = { outcome: 'not-sent', command, cause: reason as unknown } as const;
  return new HawserError('ABORTED', `${command}: aborted by the caller before it was made`, init);
}

function notCached(command: string, why: string): HawserError {
  const message = `${command} is not kept: ${why}; ask without redis.cached`;
  return new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command });
}
