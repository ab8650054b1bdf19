import { afterUnknown, type CallWaitOptions, type Clock } from '../../core/index.ts';
import { checkCallOptions, type CallOptions } from '../call-options.ts';
import type { RedisCommand } from '../commands.ts';
import { RedisReplyError } from '../errors.ts';
import { IteratingCommands } from '../iterating-commands.ts';
import type { RedisReply } from '../reply.ts';
import { invalidArgument } from '../argument-checks.ts';
import { Invocable, type Invocation } from './invocable.ts';
import type { GivenParameters, ParameterSpec } from './parameters.ts';

/** Once as the server may know it, once behind a load of another caller, and twice with a load: it may be lost again. */
const ATTEMPTS_MAX = 4;

/** Scripts and functions that the client knows, and the server may have lost. */
export abstract class InvokingCommands extends IteratingCommands {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** What is on its way to the server at present. */
  readonly #loading = new Set<object>();

  /** `timeoutMs` is the limit of a call that has none of its own. */
  protected constructor(clock: Clock, timeoutMs: number) {
    super();
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  abstract command(command: RedisCommand, options?: CallOptions): Promise<RedisReply>;

  /**
   * Runs a script (`defineScript`) or a function (`defineLibrary`). One that the server does not have, as after a restart, is
   * sent again by itself, within the same deadline: the server's refusal says that it has not run. Rejects as a call does;
   * a refusal by the script is a RedisReplyError. Not for use between MULTI and EXEC: see docs/scripts.md.
   */
  async invoke<K extends ParameterSpec, A extends ParameterSpec, V>(
    invocable: Invocable<K, A, V>,
    keys: GivenParameters<K>,
    args: GivenParameters<A>,
    options: CallOptions = {},
  ): Promise<V> {
    if (!(invocable instanceof Invocable)) {
      throw invalidArgument('what is invoked', 'what defineScript or defineLibrary makes', invocable);
    }
    const invocation = invocable.invocation(keys, args);
    checkCallOptions(String(invocation.command[0]), options);
    const retry = invocable.readOnly && options.retry !== 'never' ? 'always' : options.retry;
    return invocable.valueOf(await this.#run(invocation, { ...options, retry }));
  }

  async #run(invocation: Invocation, options: CallOptions): Promise<RedisReply> {
    const startedAt = this.#clock.now();
    let mayHaveRun = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(invocation, attempt, options, startedAt);
      } catch (error) {
        const failure: unknown = mayHaveRun ? afterUnknown(error) : error;
        if (attempt === ATTEMPTS_MAX || !isMissing(invocation, failure)) throw failure;
        // It was sent twice before it was found missing, and may have run the first time.
        mayHaveRun = failure.outcome === 'unknown';
      }
    }
  }

  async #attempt(
    { command, source, load, loaded }: Invocation,
    attempt: number,
    options: CallOptions,
    startedAt: number,
  ): Promise<RedisReply> {
    if (attempt === 1) return this.command(command, options);
    const left = this.#whatIsLeft(options, startedAt);
    // Behind what another caller has sent to load it, so that a text is not sent by each of thousands.
    if (attempt === 2 && this.#loading.has(source)) return this.command(command, left);
    this.#loading.add(source);
    try {
      if (load === undefined) return await this.command(loaded, left);
      await this.command(load, { ...left, retry: 'always' });
      return await this.command(loaded, this.#whatIsLeft(options, startedAt));
    } finally {
      this.#loading.delete(source);
    }
  }

  #whatIsLeft(options: CallOptions, startedAt: number): CallOptions & CallWaitOptions {
    const { timeoutMs = this.#timeoutMs } = options;
    const leftMs = Math.max(0, timeoutMs - (this.#clock.now() - startedAt));
    // How long the server may be silent is as it was.
    return { ...options, timeoutMs: leftMs, silenceMs: options.timeoutMs ?? 0, hasBegun: true };
  }
}

function isMissing(invocation: Invocation, error: unknown): error is RedisReplyError {
  return error instanceof RedisReplyError && invocation.isMissing(error);
}
