import { Buffer } from 'node:buffer';
import { checkWait } from '../../core/index.ts';
import { invalidArgument } from '../argument-checks.ts';
import type { RedisArgument } from '../argument-text.ts';
import { checkCallOptions, type CallOptions } from '../call-options.ts';
import { AS_IT_COMES, type ReplyHandling, type TypedCall } from '../command-methods.ts';
import { commandInfo, type CommandInfo, type RedisCommand } from '../commands.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import { withKeyPrefix } from '../key-prefix.ts';
import type { CommandLimits } from '../options.ts';
import type { Outage } from '../outage.ts';
import type { RedisReply } from '../reply.ts';
import { assertCommand, encodeCommand } from '../resp-encoder.ts';
import { typedMethods } from '../typed-commands.ts';
import { CACHED_METHODS, type CachedMethodName } from './cacheable-commands.ts';
import { keyName } from './key-name.ts';
import type { ReadCache, StaleListener } from './read-cache.ts';

/** A value, and whether it may be old because the server is not reached. */
export type PossiblyStale<T> =
  | { readonly value: T; readonly isStale: false }
  | {
      readonly value: T;
      readonly isStale: true;
      /** For how long the server has not told of changes, in milliseconds. */
      readonly downForMs: number;
      /** What has ended the connection. */
      readonly reason: Error;
    };

/** The typed methods of {@link CachedReads}: those of commands that only read, name their keys, and do not answer by time or chance. */
export type CachedMethods = Pick<CommandMethods, CachedMethodName>;

const TypedReads: abstract new () => CachedMethods = typedMethods(CACHED_METHODS);

/** How many ways there are to want a reply of one command: text or Buffers, numbers or bigints. */
const FORMS = 4;

/**
 * Reads that are answered from memory while the server has not told of a change, as `redis.cached` gives them: each value
 * is the caller's own. What is not known is asked for once, however many callers ask; each has its own deadline and signal.
 *
 * They reject as the same calls of {@link Redis} do. See docs/caching.md for how old a value may be.
 */
export class CachedReads extends TypedReads {
  readonly #cache: ReadCache;
  readonly #limits: CommandLimits;
  readonly #stale: StaleListener | undefined;
  /** How the calls of a method want their replies, as the number in front of what they ask. There are as many as methods. */
  readonly #marks: Map<ReplyHandling, number>;
  readonly #clockNow: () => number;

  /** Made by `redis.cached`. */
  constructor(
    cache: ReadCache,
    limits: CommandLimits,
    clockNow: () => number,
    marks: Map<ReplyHandling, number> = new Map(),
    stale?: StaleListener,
  ) {
    super();
    this.#cache = cache;
    this.#limits = limits;
    this.#clockNow = clockNow;
    this.#marks = marks;
    this.#stale = stale;
  }

  /**
   * Runs a command that only reads, as `redis.command()` does. Rejects with INVALID_ARGUMENT for one whose replies are not
   * kept: it writes, names no key, or answers by time or chance (TTL, SRANDMEMBER).
   */
  command(command: RedisCommand, options?: CallOptions): Promise<RedisReply> {
    try {
      assertCommand(command);
      return this.#read(commandInfo(command[0]), AS_IT_COMES, command, options) as Promise<RedisReply>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads all that `read` asks of the reads it is given, and says whether any of it is stale: while there is no connection,
   * and for `staleIfDownMs` at most after it was lost, what was known then will do. Rejects as `read` does, and with
   * INVALID_ARGUMENT where the option `cache.staleIfDownMs` is not set.
   */
  async evenIfDown<T>(read: (reads: CachedReads) => Promise<T> | T): Promise<PossiblyStale<T>> {
    const command = 'evenIfDown';
    if (typeof read !== 'function')
      throw invalidArgument(`what ${command}() is for`, 'function', read, command);
    if (this.#cache.staleIfDownMs === 0) {
      throw invalidArgument('staleIfDownMs of the option cache', 'more than 0', 0, command);
    }
    let oldest: Outage | undefined;
    const reads = new CachedReads(this.#cache, this.#limits, this.#clockNow, this.#marks, (end) => {
      if (oldest === undefined || end.since < oldest.since) oldest = end;
    });
    const value = await read(reads);
    const end = oldest;
    if (end === undefined) return { value, isStale: false };
    return { value, isStale: true, downForMs: this.#clockNow() - end.since, reason: end.cause };
  }

  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  protected run(
    { info, handling }: TypedCall,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    try {
      return this.#read(info, handling, command, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.run(call, [call.info.name, argument], options);
  }

  #read(
    info: CommandInfo,
    handling: ReplyHandling,
    given: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (options !== undefined) {
      checkCallOptions(info.name, options);
      checkWait(info.name, options);
    }
    const { keyPrefix, forms } = this.#limits;
    const command = keyPrefix === undefined ? given : withKeyPrefix(given, keyPrefix);
    const buffers = handling.isBytes || options?.buffers === true;
    const bigints = options?.bigints === true;
    const wanted = this.#mark(handling) * FORMS + (buffers ? 1 : 0) + (bigints ? 2 : 0);
    const id = `${wanted}${handling === AS_IT_COMES ? bytesAsText(command, info) : argumentsAsText(command, info)}`;
    const question = { info, command, handling, form: forms.of(buffers, bigints), id };
    return this.#cache.read(question, options, this.#stale);
  }

  #mark(handling: ReplyHandling): number {
    const there = this.#marks.get(handling);
    if (there !== undefined) return there;
    const mark = this.#marks.size;
    this.#marks.set(handling, mark);
    return mark;
  }
}

/**
 * The arguments of a command whose name is known, each byte as a character. One alone, as most commands have, is not encoded for
 * that: a reply that is known is found in half the time.
 */
function argumentsAsText(command: RedisCommand, info: CommandInfo): string {
  const [, argument] = command;
  if (command.length !== 2 || argument === undefined) return bytesAsText(command, info);
  // What is neither may be no argument at all, which the encoder says.
  if (typeof argument !== 'string' && !(argument instanceof Uint8Array)) encodeCommand(command, info);
  return ` ${keyName(argument)}`;
}

/** A command as it goes on the wire, each byte as a character. Throws INVALID_ARGUMENT for what is no command. */
function bytesAsText(command: RedisCommand, info: CommandInfo): string {
  const { data, bytes } = encodeCommand(command, info);
  if (typeof data === 'string') return data.length === bytes ? data : Buffer.from(data).toString('latin1');
  const pieces = data instanceof Uint8Array ? [data] : data;
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  ).toString('latin1');
}
