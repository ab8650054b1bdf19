import type { Clock, StateName, WaitOptions } from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import type { CommandLimits } from '../options.ts';
import type { OwnRequest } from '../own-request.ts';
import type { RedisConnection } from '../redis-connection.ts';
import { RedisCommands } from '../redis-commands.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { NodeAddress } from './node-address.ts';

/**
 * One node of a cluster, as `RedisClusterClient.nodes` gives it: for what is to be asked of each of them, such as INFO or
 * CONFIG. What is asked here goes to this node and nowhere else; the redirections that it answers with are the caller's.
 */
export class RedisClusterNode extends RedisCommands {
  readonly #node: ClusterNode;

  /** Made by the client. */
  constructor(node: ClusterNode, limits: CommandLimits, clock: Clock) {
    super('shared', limits, clock);
    this.#node = node;
  }

  /** Where it is reached. */
  get address(): NodeAddress {
    return this.#node.address;
  }

  /** Whether it takes the writes to its slots, as far as is known; a replica of another one does not. */
  get isPrimary(): boolean {
    return this.#node.role === 'primary';
  }

  /** Where the connection that calls share stands; `idle` before the first of them. */
  get state(): StateName {
    return this.#node.state;
  }

  /** As `Redis.dedicated()`. */
  dedicated<T>(use: (connection: RedisConnection) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    return this.#node.lend(use, options);
  }

  protected override submit(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#node.ask(request, options);
  }

  protected override submitHeld(request: OwnRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.#node.hold(request, options);
  }
}
