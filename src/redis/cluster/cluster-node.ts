import {
  Pipeline,
  type Environment,
  type Explanation,
  type PoolExplanation,
  type PoolReport,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { OwnConnections } from '../own-connections.ts';
import type { OwnRequest } from '../own-request.ts';
import { subscriberProtocol } from '../pubsub/subscriber-session.ts';
import { Subscriptions } from '../pubsub/subscriptions.ts';
import type { RedisConnection } from '../redis-connection.ts';
import { keepAuthenticated } from '../renewal-request.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import { redisProtocol } from '../session.ts';
import { nameOf, type NodeAddress } from './node-address.ts';
import { RedisClusterNode } from './redis-cluster-node.ts';

/** What a node is for: the one that takes the writes to its slots, or one that copies it. */
export type NodeRole = 'primary' | 'replica';

/** What all nodes of a client have in common. */
export interface NodeGround {
  readonly options: ResolvedRedisOptions;
  readonly environment: Environment;
  readonly stateChanged: (node: ClusterNode, change: StateChange) => void;
}

/** What is known of one node. */
export interface NodeExplanation {
  readonly role: NodeRole;
  /** How many slots it takes the writes of. */
  readonly slots: number;
  /** The connection that calls share; `undefined` before its first use. */
  readonly connection: Explanation | undefined;
  /** The connections that belong to one caller each; `undefined` before their first use. */
  readonly dedicated: PoolExplanation | undefined;
  /** The connection for subscriptions alone; `undefined` where there is none, as they are on the shared one. */
  readonly subscriptions: Explanation | undefined;
}

type Line = Pipeline<RedisRequest, RedisReply, RedisReply[]>;

/** One node of a cluster and the connections to it, each opened when it is first asked for. */
export class ClusterNode {
  readonly name: string;
  readonly address: NodeAddress;
  /** All commands, asked of this node. */
  readonly commands: RedisClusterNode;
  role: NodeRole;
  readonly #ground: NodeGround;
  readonly #options: ResolvedRedisOptions;
  #line: Line | undefined;
  #own: OwnConnections | undefined;
  #subscriptions: Subscriptions | undefined;
  #life: 'current' | 'retired' = 'current';

  constructor(ground: NodeGround, address: NodeAddress, role: NodeRole) {
    this.name = nameOf(address);
    this.address = address;
    this.role = role;
    this.#ground = ground;
    this.#options = optionsOf(ground.options, address, this.name);
    this.commands = new RedisClusterNode(this, ground.options.commands, ground.environment.clock);
  }

  /** Where its shared connection stands; `idle` before it was first asked for. */
  get state(): StateName {
    return this.#line?.state ?? 'idle';
  }

  /** It is no part of the cluster any more, as far as is known, and takes no calls. */
  get isRetired(): boolean {
    return this.#life === 'retired';
  }

  /** What is subscribed to at this node: shard channels, which only the node of their slot has. */
  get subscriptions(): Subscriptions {
    return (this.#subscriptions ??= this.#openSubscriptions());
  }

  /** Connects, unless it has begun to. */
  open(): void {
    this.#line ??= this.#openLine();
  }

  /** Asks on the shared connection. Throws as `Pipeline.submit` does. */
  ask(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    const line = this.#line ?? (this.#line = this.#openLine());
    return line.submit(request, options);
  }

  /** Asks what the server holds, on a connection of the call's own; right behind `preface`, where there is one. */
  hold(request: OwnRequest, options: CallOptions | undefined, preface?: RedisRequest): Promise<RedisReply> {
    return this.#ownConnections().hold(request, options, preface);
  }

  /** Lends a connection for as long as `use` takes. */
  lend<T>(
    use: (connection: RedisConnection) => Promise<T> | T,
    options: WaitOptions | undefined,
  ): Promise<T> {
    return this.#ownConnections().lend(use, options);
  }

  retryNow(): void {
    this.#line?.retryNow();
    this.#own?.leases.retryNow();
    this.#subscriptions?.own?.retryNow();
  }

  explain(slots: number): NodeExplanation {
    return {
      role: this.role,
      slots,
      connection: this.#line?.explain(),
      dedicated: this.#own?.leases.explain(),
      subscriptions: this.#subscriptions?.own?.explain(),
    };
  }

  /** As `Redis.close()`. */
  async close(options?: WaitOptions): Promise<PoolReport> {
    this.#life = 'retired';
    const [report] = await Promise.all([
      this.#own?.leases.close(options),
      this.#line?.close(options),
      this.#subscriptions?.close(options),
    ]);
    return report ?? { leasesOut: [] };
  }

  #openLine(): Line {
    const { connection } = this.#options;
    const line = Pipeline.start(redisProtocol(this.#options), connection, this.#ground.environment);
    keepAuthenticated(line, this.#options.credentials);
    line.onState((change) => this.#ground.stateChanged(this, change));
    // The node has left the cluster since whoever asks has chosen it.
    if (this.#life === 'retired') void line.close();
    return line;
  }

  #ownConnections(): OwnConnections {
    if (this.#own !== undefined) return this.#own;
    this.#own = new OwnConnections(this.#options, this.#ground.environment, (command) =>
      this.commands.command(command),
    );
    if (this.#life === 'retired') void this.#own.leases.close();
    return this.#own;
  }

  #openSubscriptions(): Subscriptions {
    const { environment } = this.#ground;
    const { commands, credentials, subscriptions } = this.#options;
    this.open();
    return new Subscriptions({
      clock: environment.clock,
      stallAfterMs: commands.stallAfterMs,
      shared: this.#line!,
      openOwn: () => {
        const own = Pipeline.start(subscriberProtocol(this.#options), subscriptions, environment);
        keepAuthenticated(own, credentials);
        return own;
      },
    });
  }
}

function optionsOf(options: ResolvedRedisOptions, address: NodeAddress, name: string): ResolvedRedisOptions {
  const { connection, subscriptions, pool } = options;
  const endpoints = [address];
  return {
    ...options,
    connection: { ...connection, endpoints, name },
    subscriptions: { ...subscriptions, endpoints, name: `${name} (subscriptions)` },
    pool: { ...pool, name: `${name} (dedicated)` },
  };
}
