import {
  checkWait,
  HawserError,
  systemEnvironment,
  Waits,
  type Environment,
  type PoolReport,
  type StateName,
  type WaitOptions,
} from '../../core/index.ts';
import { closedByOwner, isOver } from '../closed.ts';
import type { ExplainedCredentials } from '../credential-source.ts';
import { RedisRedirectError, RedisReplyError } from '../errors.ts';
import { reachOf, type Reach } from '../reach.ts';
import { ClusterNodes } from './cluster-nodes.ts';
import type { ClusterNode, NodeExplanation } from './cluster-node.ts';
import type { ResolvedClusterOptions } from './cluster-options.ts';
import { ClusterState, notConnected } from './cluster-state.ts';
import { ClusterSubscriptions } from './cluster-subscriptions.ts';
import { Discovery } from './discovery.ts';
import { SLOTS } from './hash-slot.ts';
import { redirectedTo, type NodeAddress } from './node-address.ts';
import { Pauses } from './pauses.ts';
import { Router, type RedirectionCounts, type RoutedCall } from './router.ts';

/** What is known of a cluster and of the calls to it. */
export interface ClusterExplanation {
  readonly state: StateName;
  /** Why it is not ready; `undefined` while it is. */
  readonly lastCause: string | undefined;
  /** Slots that nobody is known to have. */
  readonly slotsWithoutNode: number;
  /** What was answered instead of a reply so far, and led to another attempt. */
  readonly redirections: RedirectionCounts;
  /** By address. */
  readonly nodes: Readonly<Record<string, NodeExplanation>>;
  /** How credentials are renewed; `undefined` where no function is asked for them. */
  readonly credentials: ExplainedCredentials | undefined;
}

/** All that the client of a cluster is made of, wired together. */
export class ClusterCore {
  readonly environment: Environment;
  readonly options: ResolvedClusterOptions;
  readonly nodes: ClusterNodes;
  readonly router: Router;
  readonly state: ClusterState;
  readonly #discovery: Discovery;
  readonly #reach: Reach;
  /** Calls that wait until anything is known of the cluster. */
  readonly #known: Waits;
  /** Those of calls that are to be asked again. */
  readonly #pauses: Pauses;
  #subscriptions: ClusterSubscriptions | undefined;

  constructor(options: ResolvedClusterOptions, environment: Environment = systemEnvironment) {
    const { clock, random } = environment;
    const { node, nodeAddress } = options;
    this.environment = environment;
    this.options = options;
    this.#reach = reachOf(node, environment);
    this.state = new ClusterState(clock);
    this.#known = new Waits(clock, 'a call');
    this.#pauses = new Pauses(clock);
    this.nodes = new ClusterNodes(
      { options: node, environment },
      options.readFrom,
      (_, { from, cause }) => {
        if (from === 'ready') this.#discovery.refresh();
        this.#update(cause);
        this.#subscriptions?.nodeChanged();
      },
      (slots) => this.#subscriptions?.slotsMoved(slots),
    );
    this.#discovery = new Discovery({
      options,
      environment,
      nodes: this.nodes,
      changed: () => this.#update(),
    });
    this.router = new Router({
      clock,
      random,
      nodes: this.nodes,
      pauses: this.#pauses,
      timeoutMs: node.commands.timeoutMs,
      whenDownWaitMs: options.whenDownWaitMs,
      nodeAddress,
      refresh: (hint) => this.#discovery.refresh(hint),
      known: (call, timeoutMs, signal) => this.#nodeWhenKnown(call, timeoutMs, signal),
      closed: (command) => (this.#isOver ? closedByOwner(command) : undefined),
    });
  }

  get #isOver(): boolean {
    return isOver(this.state.name);
  }

  start(): void {
    this.#discovery.refresh();
  }

  /** Has all connections authenticate anew. */
  renewCredentials(): void {
    this.#reach.renewCredentials();
  }

  /** Throws CLOSED. */
  assertOpen(command: string): void {
    if (this.#isOver) throw closedByOwner(command);
  }

  /** What is subscribed to. Throws CLOSED. */
  subscriptionsFor(command: string): ClusterSubscriptions {
    this.assertOpen(command);
    return (this.#subscriptions ??= new ClusterSubscriptions({
      clock: this.environment.clock,
      nodes: this.nodes,
      toldAt: () => this.#discovery.toldAt,
      learn: (node, error) => this.learn(node, error),
    }));
  }

  /** Resolves when the client is ready. `timeoutMs` defaults to that of calls. */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = this.options.node.commands.timeoutMs, signal } = checkWait('ready', options);
    await this.state.ready(timeoutMs, signal);
  }

  /** As {@link ClusterCore.ready}, for who waits for the first connection: rejects with what stands in its way. */
  async connected(signal: AbortSignal | undefined): Promise<void> {
    const { connectTimeoutMs } = this.options;
    try {
      await this.state.ready(connectTimeoutMs, signal);
    } catch (error) {
      const { code, message, cause } = error as HawserError;
      if (code === 'NOT_CONNECTED' && cause instanceof HawserError) throw cause;
      if (code !== 'DEADLINE') throw error;
      const init = { outcome: 'not-sent', command: 'connect', cause } as const;
      throw new HawserError('CONNECT_TIMEOUT', message, init);
    }
  }

  /** Who has a slot, or any primary; waits until anything is known. Rejects as a call does. */
  async nodeOf(slot: number | undefined, command: string, options: WaitOptions): Promise<ClusterNode> {
    const { timeoutMs = this.options.node.commands.timeoutMs, signal } = checkWait(command, options);
    this.assertOpen(command);
    const node = this.nodes.nodeFor(slot, false);
    return node ?? this.#nodeWhenKnown({ command, slot, readsOnly: false }, timeoutMs, signal);
  }

  /** The options of a call that is made now, with what is left of its time whenever that is asked for. */
  countdown<O extends WaitOptions>(options: O | undefined): () => O | undefined {
    const { clock } = this.environment;
    const startedAt = clock.now();
    const { timeoutMs = this.options.node.commands.timeoutMs } = options ?? {};
    return () => {
      const spentMs = clock.now() - startedAt;
      return spentMs === 0 ? options : { ...(options as O), timeoutMs: Math.max(0, timeoutMs - spentMs) };
    };
  }

  /** Takes notice of what a node has said that a caller has asked by itself. */
  learn(node: ClusterNode, error: unknown): void {
    if (!(error instanceof RedisReplyError)) return;
    if (error instanceof RedisRedirectError && error.kind === 'MOVED') this.#heed(error, node);
    this.#discovery.refresh();
  }

  /** A slot is elsewhere. Where the owner cannot tell where that is, the nodes are asked all the same. */
  #heed(moved: RedisRedirectError, teller: ClusterNode): void {
    let address: NodeAddress;
    try {
      address = redirectedTo(moved, teller.address, this.options.nodeAddress);
    } catch {
      return;
    }
    this.nodes.moved(moved.slot, address);
  }

  retryNow(): void {
    this.#discovery.retryNow();
    for (const node of this.nodes.all) node.retryNow();
  }

  explain(): ClusterExplanation {
    const { slotCounts, all } = this.nodes;
    let known = 0;
    for (const count of slotCounts.values()) known += count;
    return {
      state: this.state.name,
      lastCause: this.state.cause?.message,
      slotsWithoutNode: SLOTS - known,
      redirections: this.router.counts,
      nodes: Object.fromEntries(all.map((node) => [node.name, node.explain(slotCounts.get(node) ?? 0)])),
      credentials: this.#reach.explain().credentials,
    };
  }

  async close(options: WaitOptions = {}): Promise<PoolReport> {
    checkWait('close', options);
    this.state.enter('draining', undefined);
    this.#discovery.close();
    this.#known.reject(() => closedByOwner('a call'));
    this.#pauses.close();
    this.#subscriptions?.end(undefined);
    const report = await this.nodes.close(options);
    await this.#reach.end();
    this.state.enter('closed', undefined);
    return report;
  }

  /** `cause`: why a node has changed, if one has. */
  #update(cause?: Error): void {
    const { knowledge } = this.#discovery;
    switch (knowledge.name) {
      case 'unknown':
        return this.state.enter(knowledge.failures === 0 ? 'connecting' : 'backing-off', knowledge.cause);
      case 'parked':
        this.state.enter('parked', knowledge.cause);
        this.#subscriptions?.end(notConnected('subscribe', knowledge.cause));
        return this.#known.reject(() => notConnected('a call', knowledge.cause));
      case 'known': {
        this.#known.resolve();
        const states = this.nodes.primaries.map(({ state }) => state);
        if (states.includes('ready')) return this.state.enter('ready', undefined);
        return this.state.enter(states.includes('backing-off') ? 'backing-off' : 'connecting', cause);
      }
      case 'closed':
    }
  }

  async #nodeWhenKnown(
    { command, slot, readsOnly }: Pick<RoutedCall, 'command' | 'slot' | 'readsOnly'>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ClusterNode> {
    await this.#untilKnown(command, timeoutMs, signal);
    this.assertOpen(command);
    const node = this.nodes.nodeFor(slot, readsOnly);
    if (node !== undefined) return node;
    throw notConnected(command, this.state.cause);
  }

  /** As the gate of a connection: it is waited for a while, counted from when nothing was known. */
  async #untilKnown(command: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { knowledge } = this.#discovery;
    if (knowledge.name === 'parked') throw notConnected(command, knowledge.cause);
    if (knowledge.name !== 'unknown') return;
    const { since } = knowledge;
    const { clock } = this.environment;
    const gateMs = since + this.options.whenDownWaitMs - clock.now();
    if (gateMs <= 0) throw notConnected(command, knowledge.cause, clock.now() - since);
    try {
      await this.#known.wait(Math.min(timeoutMs, gateMs), signal, () => {
        const { cause } = this.state;
        if (gateMs <= timeoutMs) return notConnected(command, cause, clock.now() - since);
        const message = `${command}: no node was known within ${Math.round(timeoutMs)} ms`;
        return new HawserError('DEADLINE', message, { outcome: 'not-sent', command, cause });
      });
    } catch (error) {
      throw inNameOf(command, error as HawserError);
    }
  }
}

/** Those who wait together are told the same, and each in its own name. */
function inNameOf(command: string, { code, message, outcome, cause }: HawserError): HawserError {
  return new HawserError(code, message.replace(/^a call:/, `${command}:`), { outcome, command, cause });
}
