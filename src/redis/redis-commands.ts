import type { Clock, Encoded, HawserError } from '../core/index.ts';
import {
  footprintOf,
  joinBatch,
  onlyReads,
  type AdmittedCommand,
  type BatchName,
} from './admitted-commands.ts';
import { invalidArgument } from './argument-checks.ts';
import type { RedisArgument } from './argument-text.ts';
import { PipelineBatch, TransactionBatch } from './batch.ts';
import {
  answersOf,
  arraysOf,
  sendingOptions,
  type BatchCommand,
  type BatchReplies,
} from './batch-commands.ts';
import { checkCallOptions, mayRepeat, type CallOptions } from './call-options.ts';
import type { Ownership } from './command-table.ts';
import { commandInfo, refusalOf, type Standing, type CommandInfo, type RedisCommand } from './commands.ts';
import { Footprint, OwnRequest } from './own-request.ts';
import type { CommandLimits } from './options.ts';
import type { RedisReply, ReplyForm } from './reply.ts';
import { withKeyPrefix } from './key-prefix.ts';
import { RedisRequest } from './request.ts';
import { TypedCommand } from './typed-command.ts';
import { assertCommand, encodeCommand, unaryHead, type EncodedCommand } from './resp-encoder.ts';
import { InvokingCommands } from './scripts/invoking-commands.ts';
import { AS_IT_COMES, type ReplyHandling, type TypedCall } from './command-methods.ts';

/**
 * All that can be asked of Redis, wherever it goes: a shared connection, a pool, or one that is leased. `Unexecuted` is
 * what a transaction may resolve to that has run nothing.
 */
export abstract class RedisCommands<Unexecuted = never> extends InvokingCommands {
  readonly #ownership: Ownership;
  readonly #limits: CommandLimits;

  protected constructor(ownership: Ownership, limits: CommandLimits, clock: Clock) {
    super(clock, limits.timeoutMs);
    this.#ownership = ownership;
    this.#limits = limits;
  }

  /**
   * Runs one command and resolves to the server's reply as the protocol has it. Commands that would change the
   * connection for others who use it are refused with UNSHAREABLE_COMMAND. One that waits on the server (BLPOP) does so on a
   * connection of its own, and may take that time besides `timeoutMs`, for ever if it waits for ever, unless `timeoutMs` is
   * given; a caller who leaves it gets what was popped meanwhile (docs/blocking.md).
   */
  override command(command: RedisCommand, options?: CallOptions): Promise<RedisReply> {
    try {
      return this.#ask(this.#admit(command, 'alone'), AS_IT_COMES, command, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs commands in a row: nobody else's come between, all are accepted or none, and one deadline holds for all.
   * Resolves to their replies in order, with a RedisReplyError in the place of a command that the server refused, and a
   * HawserError in the place of one that failed otherwise. Rejects only when nothing was accepted: over a pool, when there
   * was no connection for it; and with what the `reply` of a script throws.
   *
   * A command is an array, or one with a type: `commands.incr('visits')` ({@link commands}).
   */
  pipeline<const Commands extends readonly BatchCommand[]>(
    commands: Commands,
    options?: CallOptions,
  ): Promise<BatchReplies<Commands, RedisReply | HawserError>> {
    const batch = new PipelineBatch();
    const replies = this.#replies(commands, options, batch, (arrays, sending) =>
      arrays.length === 0
        ? Promise.resolve([])
        : this.runPipeline(this.#admitAll(arrays, 'pipeline'), sending, batch),
    );
    return replies as Promise<BatchReplies<Commands, RedisReply | HawserError>>;
  }

  /**
   * Runs commands as one transaction (MULTI, EXEC). Resolves to their replies in order, with a RedisReplyError in the
   * place of one that failed while it ran: Redis has run the others. Rejects with EXECABORT when a command was refused
   * before, and then none has run; with TRANSACTION_TORN when the server did not queue them.
   *
   * A command is an array, or one with a type: `commands.incr('visits')` ({@link commands}).
   */
  transaction<const Commands extends readonly BatchCommand[]>(
    commands: Commands,
    options?: CallOptions,
  ): Promise<BatchReplies<Commands, RedisReply> | Unexecuted> {
    const replies = this.#replies(commands, options, undefined, (arrays, sending) => {
      // With watched keys, also that of no commands may find a change, and forgets them.
      if (arrays.length === 0 && this.#ownership !== 'leased') return Promise.resolve([]);
      const reply = this.runTransaction(this.#admitAll(arrays, 'transaction'), sending);
      return reply as Promise<RedisReply[] | null>;
    });
    return replies as Promise<BatchReplies<Commands, RedisReply> | Unexecuted>;
  }

  /** Runs a command of a typed method. */
  protected run(call: TypedCall, command: RedisCommand, options: CallOptions | undefined): Promise<unknown> {
    try {
      if (!call.info.isShareable) this.#admit(command, 'alone');
      return this.#ask(call.info, call.handling, command, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /** As `run`, of a command of one argument. Most calls are one, and are made without an array for it. */
  protected runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const { info } = call;
    const head = unaryHead(info, argument);
    if (
      head === undefined ||
      typeof argument !== 'string' ||
      !info.isShareable ||
      this.#limits.keyPrefix !== undefined ||
      (this.#limits.writes !== undefined && !info.readOnly)
    )
      return this.run(call, [info.name, argument], options);
    try {
      const bytes = head.length + argument.length + 2;
      return this.#submit(info, call.handling, argument, bytes, options, undefined, head);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Asks, on whichever connection there is for it. What it throws is what the call rejects with. `command` is what the request
   * was made of; `undefined` of several commands, and of a short one that has a `head`.
   */
  protected abstract submit(
    request: RedisRequest,
    options: CallOptions | undefined,
    command: RedisCommand | undefined,
  ): Promise<RedisReply>;

  /** Asks what the server holds until it has something to answer, on a connection of the call's own. */
  protected abstract submitHeld(
    request: OwnRequest,
    options: CallOptions | undefined,
    command: RedisCommand,
  ): Promise<RedisReply>;

  /** Runs commands in a row. What it throws is what the call rejects with. */
  protected runPipeline(
    commands: readonly AdmittedCommand[],
    options: CallOptions | undefined,
    batch: PipelineBatch,
  ): Promise<(RedisReply | HawserError)[]> {
    const replies = this.#submitBatch('PIPELINE', commands, batch, options) as Promise<RedisReply[]>;
    return replies.catch((error: unknown) => this.#inPlace(batch, error as HawserError));
  }

  /** Runs commands as a transaction. What it throws is what the call rejects with. */
  protected runTransaction(
    commands: readonly AdmittedCommand[],
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    return this.#submitBatch('MULTI', commands, new TransactionBatch(this.#ownership === 'leased'), options);
  }

  /** One request of several commands, for a connection that many callers share. */
  protected batchRequest(
    name: BatchName,
    commands: readonly AdmittedCommand[],
    batch: PipelineBatch | TransactionBatch,
    options: CallOptions | undefined,
  ): RedisRequest {
    if (options !== undefined) checkCallOptions(name, options);
    const { data, bytes } = joinBatch(name, commands, batch);
    const repeatable = mayRepeat(onlyReads(commands), options);
    const form = this.#formOf(AS_IT_COMES, options);
    return new RedisRequest(name, data, bytes, repeatable, form, undefined, batch);
  }

  /** Has `send` ask for replies, and makes of them what the commands answer with. */
  #replies<Replies extends readonly (RedisReply | HawserError)[] | null>(
    commands: readonly BatchCommand[],
    options: CallOptions | undefined,
    batch: PipelineBatch | undefined,
    send: (arrays: readonly RedisCommand[], sending: CallOptions | undefined) => Promise<Replies>,
  ): Promise<readonly (RedisReply | HawserError)[] | null> {
    try {
      assertList(commands);
      if (!commands.some((each) => each instanceof TypedCommand))
        return send(commands as readonly RedisCommand[], options);
      const { forms } = this.#limits;
      const replies = send(arraysOf(commands), sendingOptions(commands, options));
      return replies.then((given) => given && answersOf(commands, given, options, forms, batch));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #ask(
    info: CommandInfo,
    handling: ReplyHandling,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    const reply = this.#askAlone(info, handling, command, options);
    const { writes } = this.#limits;
    if (writes === undefined || info.readOnly) return reply;
    return writes.follow([command], this.#ownership !== 'shared' || info.waiting !== undefined, reply);
  }

  #askAlone(
    info: CommandInfo,
    handling: ReplyHandling,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    const encoded = this.#encode(command, info);
    const footprint = info.isShareable ? undefined : new Footprint();
    footprint?.add(info, command, false);
    // A shared connection has nothing left behind on it, so that only what waits is something else there.
    if (footprint === undefined || (this.#ownership === 'shared' && footprint.waitsMs === 0)) {
      return this.#submit(info, handling, encoded.data, encoded.bytes, options, command);
    }
    const request = this.#ownRequest(
      info.name,
      handling,
      encoded,
      info.readOnly,
      undefined,
      footprint,
      options,
    );
    const own = footprint.options(options, this.#limits.timeoutMs);
    return request.waitsMs > 0 ? this.submitHeld(request, own, command) : this.submit(request, own, command);
  }

  #submit(
    { name, readOnly }: CommandInfo,
    handling: ReplyHandling,
    data: Encoded,
    bytes: number,
    options: CallOptions | undefined,
    command: RedisCommand | undefined,
    head: string = '',
  ): Promise<RedisReply> {
    if (options !== undefined) checkCallOptions(name, options);
    const repeatable = mayRepeat(readOnly, options);
    const form = this.#formOf(handling, options);
    const convert = form.buffers ? handling.convertBuffers : handling.convert;
    return this.submit(
      new RedisRequest(name, data, bytes, repeatable, form, convert, undefined, head),
      options,
      command,
    );
  }

  #submitBatch(
    name: BatchName,
    commands: readonly AdmittedCommand[],
    batch: PipelineBatch | TransactionBatch,
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    const reply =
      this.#ownership === 'shared'
        ? this.submit(this.batchRequest(name, commands, batch, options), options, undefined)
        : this.#submitOwnBatch(name, commands, batch, options);
    const { writes } = this.#limits;
    if (writes === undefined || onlyReads(commands)) return reply;
    const written = commands.map(({ command }) => command);
    return writes.follow(written, this.#ownership !== 'shared', reply);
  }

  /** Asks on a connection on which commands may leave something behind. */
  #submitOwnBatch(
    name: BatchName,
    commands: readonly AdmittedCommand[],
    batch: PipelineBatch | TransactionBatch,
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    const footprint = footprintOf(name, commands);
    const encoded = joinBatch(name, commands, batch);
    const reads = onlyReads(commands);
    const request = this.#ownRequest(name, AS_IT_COMES, encoded, reads, batch, footprint, options);
    return this.submit(request, footprint.options(options, this.#limits.timeoutMs), undefined);
  }

  /** A request of what may leave something behind or take long. */
  #ownRequest(
    name: string,
    handling: ReplyHandling,
    encoded: EncodedCommand,
    readOnly: boolean,
    batch: PipelineBatch | TransactionBatch | undefined,
    footprint: Footprint,
    options: CallOptions | undefined,
  ): OwnRequest {
    if (options !== undefined) checkCallOptions(name, options);
    const repeatable = mayRepeat(readOnly, options);
    const form = this.#formOf(handling, options);
    const convert = form.buffers ? handling.convertBuffers : handling.convert;
    const { stallAfterMs } = this.#limits;
    return new OwnRequest(name, encoded, { repeatable, form, convert, batch, footprint, stallAfterMs });
  }

  /** The replies of a pipeline that failed. Over a pool nothing is accepted that got no connection. */
  #inPlace(batch: PipelineBatch, failure: HawserError): (RedisReply | HawserError)[] {
    if (this.#ownership === 'pooled' && failure.outcome === 'not-sent') throw failure;
    return batch.failed(failure);
  }

  #encode(command: RedisCommand, info: CommandInfo): EncodedCommand {
    const { keyPrefix } = this.#limits;
    return encodeCommand(keyPrefix === undefined ? command : withKeyPrefix(command, keyPrefix), info);
  }

  #formOf({ isBytes }: ReplyHandling, options: CallOptions | undefined): ReplyForm {
    return this.#limits.forms.of(isBytes || options?.buffers === true, options?.bigints === true);
  }

  #admitAll(commands: readonly RedisCommand[], standing: 'pipeline' | 'transaction'): AdmittedCommand[] {
    return commands.map((command) => {
      const info = this.#admit(command, standing);
      return { command, info, encoded: this.#encode(command, info) };
    });
  }

  /** What is known of a command. Throws for what is no command, and for what these connections cannot let pass. */
  #admit(command: RedisCommand, standing: Standing): CommandInfo {
    assertCommand(command);
    const info = commandInfo(command[0]);
    const refusal = info.isShareable ? undefined : refusalOf(command, this.#ownership, standing);
    if (refusal !== undefined) throw refusal;
    return info;
  }
}

function assertList(commands: readonly BatchCommand[]): void {
  if (!Array.isArray(commands)) throw invalidArgument('commands', 'array of commands', commands);
}
