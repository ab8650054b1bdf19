import type { Buffer } from 'node:buffer';
import {
  checkGroup,
  HawserError,
  invalidOption,
  isSignal,
  type Clock,
  type Environment,
  type PoolReport,
  type StateChange,
  type StateName,
  type WaitOptions,
} from '../../core/index.ts';
import type { AdmittedCommand } from '../admitted-commands.ts';
import type { RedisArgument } from '../argument-text.ts';
import { TransactionBatch } from '../batch.ts';
import type { AsBuffers, AsText, CallOptions } from '../call-options.ts';
import type { RedisCommand } from '../commands.ts';
import type { ScanPageOptions } from '../generated/generic-commands.ts';
import type { CommandLimits } from '../options.ts';
import type { OwnRequest } from '../own-request.ts';
import type { SubscriptionGround } from '../pubsub/subscription.ts';
import type { RedisConnection } from '../redis-connection.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import { ClientLine } from '../streams/stream-line.ts';
import { Streams } from '../streams/streams.ts';
import { SubscribingClient } from '../subscribing-client.ts';
import { ClusterCore, type ClusterExplanation } from './cluster-core.ts';
import { resolveClusterOptions, type RedisClusterOptions } from './cluster-options.ts';
import { CommandSlots } from './command-slots.ts';
import { fanOut, joinOf, type Join } from './fan-out.ts';
import { PrimaryCommands } from './primary-commands.ts';
import type { RedisClusterNode } from './redis-cluster-node.ts';
import { prepared } from './router.ts';
import { SplitPipeline } from './split-pipeline.ts';

/**
 * A Redis Cluster, as one client: each command goes to the node that has the slot of its keys, on a connection that all callers
 * share. Slots may move and primaries be replaced meanwhile: what a node has refused for that reason, and what was not sent
 * to one that is gone, is asked again where it belongs, within the deadline of the call.
 *
 * The same calls as {@link Redis}, with the same promises. Commands without keys are asked of any node, but those that are meant
 * for the whole (FLUSHALL, DBSIZE, KEYS, SCRIPT LOAD, CONFIG SET ...) of every primary. See docs/cluster.md.
 */
export class RedisClusterClient extends SubscribingClient {
  readonly #core: ClusterCore;
  readonly #slots: CommandSlots;
  #streams: Streams | undefined;

  private constructor(core: ClusterCore, limits: CommandLimits, clock: Clock) {
    if (!(core instanceof ClusterCore)) {
      throw invalidOption('new', 'RedisClusterClient.start() or RedisClusterClient.connect()', core);
    }
    super('shared', limits, clock);
    this.#core = core;
    this.#slots = new CommandSlots(limits.keyPrefix);
  }

  /**
   * Starts to find out what the cluster is made of, and returns at once. Calls made before that is known wait for it, up to
   * `whenDownWaitMs`. Throws INVALID_OPTION.
   *
   * @param url of a node, as for `Redis.start()`; others in the option `endpoints`. They are asked who the nodes are, at the start
   *   and whenever no node that was known answers.
   */
  static start(
    url: string | URL,
    options: RedisClusterOptions = {},
    environment?: Environment,
  ): RedisClusterClient {
    const resolved = resolveClusterOptions(url, options);
    const core = new ClusterCore(resolved, environment);
    core.start();
    return new RedisClusterClient(core, resolved.node.commands, core.environment.clock);
  }

  /**
   * As {@link RedisClusterClient.start}; resolves when it is known what the cluster is made of, and a primary is connected.
   * Rejects with the reason (CONNECT_FAILED, CONNECT_TIMEOUT, HANDSHAKE_REFUSED, ABORTED, INVALID_OPTION) when all that were
   * asked have refused, or after `connectTimeoutMs`, and leaves nothing behind then.
   */
  static async connect(
    url: string | URL,
    options: RedisClusterOptions & { readonly signal?: AbortSignal | undefined } = {},
    environment?: Environment,
  ): Promise<RedisClusterClient> {
    const { signal, ...rest } = checkGroup('options', options);
    if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal);
    const client = RedisClusterClient.start(url, rest, environment);
    try {
      await client.#core.connected(signal);
      return client;
    } catch (error) {
      await client.close({ timeoutMs: 0 });
      throw error;
    }
  }

  /**
   * Where the client stands: `ready` while it is known what the cluster is made of and a primary is connected; `parked` when all who
   * were asked have refused the client. What single nodes do is in {@link RedisClusterClient.explain}.
   */
  get state(): StateName {
    return this.#core.state.name;
  }

  /** Resolves when the client is ready; rejects with NOT_CONNECTED when it is parked, CLOSED, DEADLINE or ABORTED. */
  ready(options?: WaitOptions): Promise<void> {
    return this.#core.ready(options);
  }

  /** Calls `listener` after each change of state. Returns what removes it. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#core.state.listen(listener);
  }

  /**
   * The nodes that are known, for what is to be asked of each: primaries, and replicas, to which a connection is opened when they
   * are first asked. A node that has left the cluster rejects calls with CLOSED.
   */
  get nodes(): readonly RedisClusterNode[] {
    return this.#core.nodes.all.map(({ commands }) => commands);
  }

  /** Asks now who the nodes are, and connects to them, instead of at the end of the present wait. */
  retryNow(): void {
    this.#core.retryNow();
  }

  /** As `Redis.renewCredentials()`, for all nodes. */
  renewCredentials(): void {
    this.#core.renewCredentials();
  }

  /** What the client knows of the cluster and of itself. */
  explain(): ClusterExplanation {
    return this.#core.explain();
  }

  /** As `Redis.close()`, for all nodes at once. */
  async close(options?: WaitOptions): Promise<PoolReport> {
    const left = this.#streams === undefined ? options : await this.#streams.close(options);
    return this.#core.close(left);
  }

  /** As {@link RedisClusterClient.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * As `Redis.dedicated()`, with a connection to the node that has the slot of `key`: for WATCH and other commands about keys of
   * that slot. When the slot moves meanwhile, commands are refused with MOVED or ASK, and it is the caller's to begin anew.
   */
  async dedicated<T>(
    key: RedisArgument,
    use: (connection: RedisConnection) => Promise<T> | T,
    options: WaitOptions = {},
  ): Promise<T> {
    const left = this.#core.countdown(options);
    const node = await this.#core.nodeOf(this.#slots.ofKey(key), 'dedicated', options);
    try {
      return await node.lend(use, left());
    } catch (error) {
      this.#core.learn(node, error);
      throw error;
    }
  }

  /**
   * All keys of all primaries, one primary after the other. A key whose slot moves meanwhile may come twice or not at all; when a
   * primary is lost before its last page, the iteration rejects as a call does.
   */
  override scan(options?: ScanPageOptions & AsText): AsyncGenerator<string, void, undefined>;
  override scan(options: ScanPageOptions & AsBuffers): AsyncGenerator<Buffer, void, undefined>;
  override scan(options?: ScanPageOptions): AsyncGenerator<string | Buffer, void, undefined>;
  override async *scan(options?: ScanPageOptions): AsyncGenerator<string | Buffer, void, undefined> {
    await this.#core.nodeOf(undefined, 'SCAN', { signal: options?.signal });
    for (const { commands } of this.#core.nodes.primaries) yield* commands.scan(options);
  }

  /** Each call goes to whoever has the slot by then. */
  protected override streamsFor(command: string): Streams {
    this.#core.assertOpen(command);
    return (this.#streams ??= this.#newStreams());
  }

  protected override boardFor(
    command: string,
  ): Pick<SubscriptionGround, 'clock' | 'subscriptions' | 'timeoutMs'> {
    const subscriptions = this.#core.subscriptionsFor(command);
    const { environment, options } = this.#core;
    return { clock: environment.clock, subscriptions, timeoutMs: options.node.commands.timeoutMs };
  }

  protected override submit(
    request: RedisRequest,
    options: CallOptions | undefined,
    command: RedisCommand | undefined,
  ): Promise<RedisReply> {
    const slot =
      command === undefined
        ? this.#slots.ofUnary(request.command, request.data as string)
        : this.#slots.of(request.command, command);
    if (slot === undefined) {
      const join = joinOf(request.command, command ?? [request.command, request.data as string]);
      if (join !== undefined) return this.#submitToAll(request, options, join);
    }
    return this.#core.router.ask(request, options, slot);
  }

  protected override submitHeld(
    request: OwnRequest,
    options: CallOptions | undefined,
    command: RedisCommand,
  ): Promise<RedisReply> {
    return this.#core.router.hold(request, options, this.#slots.of(request.command, command));
  }

  protected override runPipeline(
    commands: readonly AdmittedCommand[],
    options: CallOptions | undefined,
  ): Promise<(RedisReply | HawserError)[]> {
    const { environment, nodes, router } = this.#core;
    this.#core.assertOpen('PIPELINE');
    const split = new SplitPipeline(
      {
        clock: environment.clock,
        nodes,
        router,
        slotOf: ({ info, command }) => this.#slots.of(info.name, command),
        requestOf: (part, batch, left) => this.batchRequest('PIPELINE', part, batch, left),
      },
      options,
    );
    return split.run(commands);
  }

  protected override runTransaction(
    commands: readonly AdmittedCommand[],
    options: CallOptions | undefined,
  ): Promise<RedisReply> {
    const requestOf = (left: CallOptions | undefined): RedisRequest =>
      this.batchRequest('MULTI', commands, new TransactionBatch(), left);
    const { repeatable } = requestOf(options);
    return this.#core.router.send({
      command: 'MULTI',
      slot: this.#slotOfAll(commands),
      readsOnly: false,
      repeatable,
      options,
      send: (node, left, sending) => node.ask(prepared(requestOf(left), sending), left),
    });
  }

  #newStreams(): Streams {
    const { environment, options } = this.#core;
    const { clock, random } = environment;
    const client = new PrimaryCommands(this.#core, this.#slots, options.node.commands);
    return new Streams({ clock, random, client, line: () => new ClientLine(client) });
  }

  #slotOfAll(commands: readonly AdmittedCommand[]): number | undefined {
    const slots = new Set(commands.map(({ info, command }) => this.#slots.of(info.name, command)));
    slots.delete(undefined);
    if (slots.size <= 1) return [...slots][0];
    throw new HawserError(
      'INVALID_ARGUMENT',
      `MULTI: expected keys of one hash slot, got keys of ${slots.size}; the same text in braces, as in {user:1}:name, keeps keys together`,
      { outcome: 'not-sent', command: 'MULTI' },
    );
  }

  /** Asks whoever has the slots of each primary, so that what waits for one that is replaced goes to its successor. */
  async #submitToAll(
    request: RedisRequest,
    options: CallOptions | undefined,
    join: Join,
  ): Promise<RedisReply> {
    const left = this.#core.countdown(options);
    await this.#core.nodeOf(undefined, request.command, options ?? {});
    const { router, nodes } = this.#core;
    return fanOut(nodes.firstSlots, join, (slot) => router.askPrimary(request.copy(), left(), slot));
  }
}
