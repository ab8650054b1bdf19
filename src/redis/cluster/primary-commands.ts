import type { WaitOptions } from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import type { RedisCommand } from '../commands.ts';
import type { CommandLimits } from '../options.ts';
import type { OwnRequest } from '../own-request.ts';
import { RedisCommands } from '../redis-commands.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import type { ClusterCore } from './cluster-core.ts';
import type { CommandSlots } from './command-slots.ts';

/** Single commands of a cluster that are asked of primaries, whatever `readFrom` says: for who acts on what is read. */
export class PrimaryCommands extends RedisCommands {
  readonly #core: ClusterCore;
  readonly #slots: CommandSlots;

  constructor(core: ClusterCore, slots: CommandSlots, limits: CommandLimits) {
    super('shared', limits, core.environment.clock);
    this.#core = core;
    this.#slots = slots;
  }

  ready(options: WaitOptions): Promise<void> {
    return this.#core.ready(options);
  }

  protected override submit(
    request: RedisRequest,
    options: CallOptions | undefined,
    command: RedisCommand | undefined,
  ): Promise<RedisReply> {
    const { router } = this.#core;
    const slot =
      command === undefined
        ? this.#slots.ofUnary(request.command, request.data as string)
        : this.#slots.of(request.command, command);
    return router.askPrimary(request, options, slot);
  }

  protected override submitHeld(
    request: OwnRequest,
    options: CallOptions | undefined,
    command: RedisCommand,
  ): Promise<RedisReply> {
    return this.#core.router.hold(request, options, this.#slots.of(request.command, command));
  }
}
