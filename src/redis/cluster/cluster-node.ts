import type {
  Environment,
  Explanation,
  PoolReport,
  StateChange,
  StateName,
  WaitOptions,
} from '../../core/index.ts';
import { asideOn } from '../aside.ts';
import { Beside, type ExplainedBeside } from '../beside.ts';
import type { CallOptions } from '../call-options.ts';
import { DeadSessions } from '../dead-sessions.ts';
import { startLine, type RedisLine } from '../line.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import type { OwnRequest } from '../own-request.ts';
import type { Subscriptions } from '../pubsub/subscriptions.ts';
import type { RedisConnection } from '../redis-connection.ts';
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
export interface NodeExplanation extends ExplainedBeside {
  readonly role: NodeRole;
  /** How many slots it takes the writes of. */
  readonly slots: number;
  /** The connection that calls share; `undefined` before its first use. */
  readonly connection: Explanation | undefined;
}

/** One node of a cluster and the connections to it, each opened when it is first asked for. */
export class ClusterNode {
  readonly name: string;
  readonly address: NodeAddress;
  /** All commands, asked of this node. */
  readonly commands: RedisClusterNode;
  role: NodeRole;
  readonly #ground: NodeGround;
  readonly #options: ResolvedRedisOptions;
  readonly #beside: Beside;
  #line: RedisLine | undefined;
  #life: 'current' | 'retired' = 'current';

  constructor(ground: NodeGround, address: NodeAddress, role: NodeRole) {
    this.name = nameOf(address);
    this.address = address;
    this.role = role;
    this.#ground = ground;
    this.#options = optionsOf(ground.options, address, this.name);
    const { environment } = ground;
    this.commands = new RedisClusterNode(this, ground.options.commands, environment.clock);
    const shared = (): RedisLine => this.open();
    const ask = asideOn(shared, (command, limits) => this.commands.command(command, limits));
    this.#beside = new Beside({ options: this.#options, environment, shared, ask });
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
    return this.#beside.subscriptions;
  }

  /** The connection that calls share, which begins to connect when it is first asked for. */
  open(): RedisLine {
    return (this.#line ??= this.#openLine());
  }

  /** Asks on the shared connection. Throws as `Pipeline.submit` does. */
  ask(request: RedisRequest, options: CallOptions | undefined): Promise<RedisReply> {
    return this.open().submit(request, options);
  }

  /** Asks what the server holds, on a connection of the call's own; right behind `preface`, where there is one. */
  hold(request: OwnRequest, options: CallOptions | undefined, preface?: RedisRequest): Promise<RedisReply> {
    return this.#beside.own.hold(request, options, preface);
  }

  /** Lends a connection for as long as `use` takes. */
  lend<T>(
    use: (connection: RedisConnection) => Promise<T> | T,
    options: WaitOptions | undefined,
  ): Promise<T> {
    return this.#beside.own.lend(use, options);
  }

  retryNow(): void {
    this.#line?.retryNow();
    this.#beside.retryNow();
  }

  explain(slots: number): NodeExplanation {
    const connection = this.#line?.explain();
    return { role: this.role, slots, connection, ...this.#beside.explain() };
  }

  /** As `Redis.close()`. */
  async close(options?: WaitOptions): Promise<PoolReport> {
    this.#life = 'retired';
    const [, report] = await Promise.all([this.#line?.close(options), this.#beside.close(options)]);
    return report;
  }

  #openLine(): RedisLine {
    const { connection, credentials } = this.#options;
    const { environment, stateChanged } = this.#ground;
    const line = startLine(redisProtocol(this.#options), connection, environment, credentials);
    line.onState((change) => {
      this.#beside.sharedChanged(change);
      stateChanged(this, change);
    });
    // The node has left the cluster since whoever asks has chosen it.
    if (this.#life === 'retired') void line.close();
    return line;
  }
}

function optionsOf(options: ResolvedRedisOptions, address: NodeAddress, name: string): ResolvedRedisOptions {
  const { connection, subscriptions, pool } = options;
  const endpoints = [address];
  return {
    ...options,
    deadSessions: new DeadSessions(),
    connection: { ...connection, endpoints, name },
    subscriptions: { ...subscriptions, endpoints, name: `${name} (subscriptions)` },
    pool: { ...pool, name: `${name} (dedicated)` },
  };
}
