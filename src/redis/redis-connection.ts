import type { Clock, LeasedPipeline } from '../core/index.ts';
import type { BlockedCalls } from './blocked-calls.ts';
import type { CallOptions } from './call-options.ts';
import type { CommandLimits } from './options.ts';
import type { OwnRequest } from './own-request.ts';
import { RedisCommands } from './redis-commands.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/**
 * A connection that is one caller's own for a while, as `dedicated()` gives it: for WATCH, for MULTI and EXEC step by step,
 * for SELECT, and for commands that wait on the server.
 *
 * Between MULTI and EXEC every command resolves to `QUEUED`, whatever its type says, and EXEC to the replies.
 * `transaction()` resolves to `null`, and has run nothing, when a watched key was changed. All reject with LEASE_ENDED,
 * `not-sent`, once the function has ended that the connection was given to, and with CONNECTION_LOST once it is lost:
 * it is not opened again, and nothing is asked twice, whatever `retry` says.
 */
export class RedisConnection extends RedisCommands<null> {
  readonly #leased: LeasedPipeline<RedisRequest, RedisReply>;
  readonly #blocked: BlockedCalls;

  /** Made by `dedicated()`. */
  constructor(
    leased: LeasedPipeline<RedisRequest, RedisReply>,
    limits: CommandLimits,
    blocked: BlockedCalls,
    clock: Clock,
  ) {
    super('leased', limits, clock);
    this.#leased = leased;
    this.#blocked = blocked;
  }

  protected override submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#leased.submit(request, options);
  }

  protected override submitHeld(request: OwnRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#blocked.run(this.#leased, request, options);
  }
}
