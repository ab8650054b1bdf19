import {
  invalidOption,
  Pipeline,
  type Encoded,
  type Environment,
  type Explanation,
  type HawserError,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../core/index.ts';
import { PipelineBatch, TransactionBatch } from './batch.ts';
import { checkCallOptions, type CallOptions } from './call-options.ts';
import {
  commandInfo,
  refusalOf,
  type RedisCommand,
  type CommandInfo,
  type RedisArgument,
} from './commands.ts';
import { resolveRedisOptions, type RedisOptions } from './options.ts';
import type { RedisReply } from './reply.ts';
import { RedisRequest } from './request.ts';
import {
  assertCommand,
  encodeCommand,
  encodeUnary,
  invalidArgument,
  joinCommands,
  type EncodedCommand,
} from './resp-encoder.ts';
import { redisProtocol } from './session.ts';
import { TypedCommands, type TypedCall } from './typed-commands.ts';

/**
 * Redis (and Valkey) over one connection that all callers share.
 *
 * It reconnects by itself and for ever. Each call settles once, at the latest at its deadline; one that fails rejects
 * with a HawserError whose `outcome` says whether the server may have run it: `not-sent`, `refused` (a
 * RedisReplyError, with the server's code) or `unknown`. All methods that ask the server can reject with
 * NOT_CONNECTED, OVERLOADED, CLOSED, DEADLINE, ABORTED, CONNECTION_LOST, STALLED, PROTOCOL_VIOLATION, LIMIT_EXCEEDED,
 * INVALID_ARGUMENT and UNSHAREABLE_COMMAND; see docs/errors.md.
 */
export class Redis extends TypedCommands {
  readonly #pipeline: Pipeline<RedisRequest, RedisReply, RedisReply[]>;

  private constructor(pipeline: Pipeline<RedisRequest, RedisReply, RedisReply[]>) {
    super();
    if (!(pipeline instanceof Pipeline))
      throw invalidOption('new', 'Redis.start() or Redis.connect()', pipeline);
    this.#pipeline = pipeline;
  }

  /**
   * Starts connecting and returns at once: the connection manager is available. Calls made before there is a
   * connection wait for it, up to `whenDownWaitMs`. Throws INVALID_OPTION.
   *
   * @param url `redis://[[user]:password@]host[:port][/database]`; `rediss://` for TLS; `unix:///path[?database=n]`
   */
  static start(url: string | URL, options: RedisOptions = {}, environment?: Environment): Redis {
    const resolved = resolveRedisOptions(url, options);
    return new Redis(Pipeline.start(redisProtocol(resolved), resolved.connection, environment));
  }

  /**
   * Resolves when the connection is available. Rejects with the reason (CONNECT_FAILED, CONNECT_TIMEOUT,
   * HANDSHAKE_REFUSED, HANDSHAKE_TIMEOUT, ABORTED, INVALID_OPTION) after one pass over the endpoints, within
   * `connectTimeoutMs`, and leaves nothing behind then.
   */
  static async connect(
    url: string | URL,
    options: RedisOptions & { readonly signal?: AbortSignal | undefined } = {},
    environment?: Environment,
  ): Promise<Redis> {
    const resolved = resolveRedisOptions(url, options);
    const connection = { ...resolved.connection, signal: options.signal };
    return new Redis(await Pipeline.connect(redisProtocol(resolved), connection, environment));
  }

  /** Where the connection stands. */
  get state(): StateName {
    return this.#pipeline.state;
  }

  /** Resolves when the connection is ready; rejects with NOT_CONNECTED when it is parked, CLOSED, DEADLINE or ABORTED. */
  ready(options?: WaitOptions): Promise<void> {
    return this.#pipeline.ready(options);
  }

  /** Resolves when there is room for another call, see `maxPending`. */
  capacity(options?: WaitOptions): Promise<void> {
    return this.#pipeline.capacity(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#pipeline.onState(listener);
  }

  /** Calls `listener` with each RESP3 push message. Returns what removes it. */
  onPush(listener: (message: RedisReply[]) => unknown): () => void {
    return this.#pipeline.onPush(listener);
  }

  /** Connects now instead of at the end of the present wait; also after a refused handshake. */
  retryNow(): void {
    this.#pipeline.retryNow();
  }

  /** What the connection knows of itself. */
  explain(): Explanation {
    return this.#pipeline.explain();
  }

  /** Accepts nothing more, waits for what is in flight, then ends; at the latest after `timeoutMs` (default 5,000). */
  close(options?: WaitOptions): Promise<void> {
    return this.#pipeline.close(options);
  }

  /** As {@link Redis.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#pipeline.close();
  }

  /**
   * Runs one command and resolves to the server's reply as the protocol has it. Commands that would change the
   * connection under its other callers are refused with UNSHAREABLE_COMMAND.
   */
  command(command: RedisCommand, options?: CallOptions): Promise<RedisReply> {
    try {
      assertShareable(command, false);
      const info = commandInfo(command[0]);
      const { data, bytes } = encodeCommand(command, info);
      return this.#submit(info, data, bytes, options, undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs commands in a row: nobody else's come between, all are accepted or none, and one deadline holds for all.
   * Resolves to their replies in order, with a RedisReplyError in the place of a command that the server refused, and a
   * HawserError in the place of one that failed otherwise. Rejects only when nothing was accepted.
   */
  pipeline(commands: readonly RedisCommand[], options?: CallOptions): Promise<(RedisReply | HawserError)[]> {
    try {
      assertList(commands);
      if (commands.length === 0) return Promise.resolve([]);
      const batch = new PipelineBatch();
      const replies = this.#submitBatch('PIPELINE', commands, batch, options) as Promise<RedisReply[]>;
      return replies.catch((error: unknown) => batch.failed(error as HawserError));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs commands as one transaction (MULTI, EXEC). Resolves to their replies in order, with a RedisReplyError in the
   * place of one that failed while it ran: Redis has run the others. Rejects with EXECABORT when a command was refused
   * before, and then none has run; with TRANSACTION_TORN when the server did not queue them.
   */
  transaction(commands: readonly RedisCommand[], options?: CallOptions): Promise<RedisReply[]> {
    try {
      assertList(commands);
      if (commands.length === 0) return Promise.resolve([]);
      const batch = new TransactionBatch();
      return this.#submitBatch('MULTI', commands, batch, options) as Promise<RedisReply[]>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected override run(
    { info, convert }: TypedCall,
    command: RedisCommand,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    try {
      const { data, bytes } = encodeCommand(command, info);
      return this.#submit(info, data, bytes, options, convert);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected override runUnary(
    call: TypedCall,
    argument: RedisArgument,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const { info, convert } = call;
    const text = encodeUnary(info, argument);
    if (text === undefined) return this.run(call, [info.name, argument], options);
    try {
      return this.#submit(info, text, text.length, options, convert);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #submit(
    info: CommandInfo,
    data: Encoded,
    bytes: number,
    options: CallOptions | undefined,
    convert: TypedCall['convert'],
  ): Promise<RedisReply> {
    if (options !== undefined) checkCallOptions(info.name, options);
    const repeatable = mayRepeat(info.readOnly, options);
    const buffers = options?.buffers === true;
    const request = new RedisRequest(info.name, data, bytes, repeatable, buffers, convert, undefined);
    return this.#pipeline.submit(request, options);
  }

  #submitBatch(
    name: 'PIPELINE' | 'MULTI',
    commands: readonly RedisCommand[],
    batch: PipelineBatch | TransactionBatch,
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    if (options !== undefined) checkCallOptions(name, options);
    const inTransaction = name === 'MULTI';
    const encoded: EncodedCommand[] = inTransaction ? [MULTI] : [];
    let readOnly = true;
    for (const command of commands) {
      assertShareable(command, inTransaction);
      const info = commandInfo(command[0]);
      readOnly &&= info.readOnly;
      batch.add(info.name);
      encoded.push(encodeCommand(command, info));
    }
    if (inTransaction) encoded.push(EXEC);
    const { data, bytes } = joinCommands(encoded);
    const buffers = options?.buffers === true;
    const request = new RedisRequest(
      name,
      data,
      bytes,
      mayRepeat(readOnly, options),
      buffers,
      undefined,
      batch,
    );
    return this.#pipeline.submit(request, options);
  }
}

const MULTI = encodeCommand(['MULTI']);
const EXEC = encodeCommand(['EXEC']);

function mayRepeat(readOnly: boolean, options: CallOptions | undefined): boolean {
  const retry = options?.retry ?? 'reads';
  return retry === 'always' || (retry === 'reads' && readOnly);
}

function assertList(commands: readonly RedisCommand[]): void {
  if (!Array.isArray(commands)) throw invalidArgument('commands', 'array of commands', commands);
}

/** Throws for what is no command, and for what a connection that is shared cannot let pass. */
function assertShareable(command: RedisCommand, inTransaction: boolean): void {
  assertCommand(command);
  const refusal = refusalOf(command, 'shared', { inTransaction });
  if (refusal !== undefined) throw refusal;
}
