import {
  backoffMs,
  firstAnswer,
  HawserError,
  Pipeline,
  type Clock,
  type Endpoint,
  type Environment,
  type Failures,
  type Timer,
} from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import { PLAIN_FORM, type RedisReply } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';
import { redisProtocol } from '../session.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import type { ResolvedClusterOptions } from './cluster-options.ts';
import { readTopology, type Topology } from './topology.ts';

/** What is known of the cluster. */
export type Knowledge =
  /** Nobody has told yet what it is made of. */
  | {
      readonly name: 'unknown';
      readonly since: number;
      readonly failures: number;
      readonly cause: Error | undefined;
    }
  | { readonly name: 'known' }
  /** Everybody has refused to tell, and only the owner can help. */
  | { readonly name: 'parked'; readonly since: number; readonly cause: HawserError }
  | { readonly name: 'closed' };

type Activity =
  | { readonly name: 'resting'; readonly timer: Timer | undefined }
  /** `next`: who is to be asked when this is over, because of what was heard meanwhile. */
  | { readonly name: 'asking'; next: { readonly hint: ClusterNode | undefined } | undefined };

/** A node that says nothing for so long, in milliseconds, has not told. */
const ANSWER_WITHIN_MS = 1_000;
/** However many redirections come, the cluster is not asked more often. In milliseconds. */
export const REFRESH_PAUSE_MS = 100;
/** Between attempts while something is wrong. */
const BACKOFF = { baseMs: 100, capMs: 2_000 };

/** What {@link Discovery} needs. */
export interface DiscoveryGround {
  readonly options: ResolvedClusterOptions;
  readonly environment: Environment;
  readonly nodes: ClusterNodes;
  /** Called when `knowledge` has changed. */
  readonly changed: () => void;
}

/**
 * Finds out what a cluster is made of: from the nodes that are connected, or else from the addresses that the owner gave, whose
 * names are looked up anew each time. At the start, when a node is lost or has said that a slot is elsewhere, and now and
 * then. Nobody is asked twice at the same time, or more often than every {@link REFRESH_PAUSE_MS}.
 */
export class Discovery {
  readonly #ground: DiscoveryGround;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #activity: Activity = { name: 'resting', timer: undefined };
  #knowledge: Knowledge;
  #askedAt = -Infinity;
  #toldAt = -Infinity;
  /** Attempts in a row after which something was still wrong; `undefined` when nothing is. */
  #rounds: Failures | undefined;

  constructor(ground: DiscoveryGround) {
    this.#ground = ground;
    this.#clock = ground.environment.clock;
    this.#knowledge = { name: 'unknown', since: this.#clock.now(), failures: 0, cause: undefined };
  }

  /** When it was told last who has which slot, in the clock's milliseconds. */
  get toldAt(): number {
    return this.#toldAt;
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  /** Asks soon: something has changed. `hint` knows more of it than others. */
  refresh(hint?: ClusterNode): void {
    if (this.#knowledge.name === 'closed' || this.#knowledge.name === 'parked') return;
    if (this.#activity.name === 'asking') {
      this.#activity.next = { hint };
      return;
    }
    this.#askIn(Math.max(0, this.#askedAt + REFRESH_PAUSE_MS - this.#clock.now()), hint);
  }

  /** Asks now; also where all have refused. */
  retryNow(): void {
    if (this.#knowledge.name === 'parked') {
      const { since, cause } = this.#knowledge;
      this.#know({ name: 'unknown', since, failures: 0, cause });
    }
    if (this.#activity.name === 'resting') this.#askIn(0, undefined);
  }

  close(): void {
    this.#rest(undefined);
    this.#knowledge = { name: 'closed' };
    this.#closing.abort();
  }

  #askIn(delayMs: number, hint: ClusterNode | undefined): void {
    if (this.#knowledge.name === 'closed') return;
    this.#rest(this.#clock.setTimer(() => void this.#ask(hint), delayMs));
  }

  #rest(timer: Timer | undefined): void {
    if (this.#activity.name === 'resting' && this.#activity.timer !== undefined) {
      this.#clock.clearTimer(this.#activity.timer);
    }
    this.#activity = { name: 'resting', timer };
  }

  async #ask(hint: ClusterNode | undefined): Promise<void> {
    const activity: Activity = { name: 'asking', next: undefined };
    this.#activity = activity;
    this.#askedAt = this.#clock.now();
    const failure = await this.#find(hint).then(
      (topology) => this.#found(topology),
      (error: unknown) => error as Error,
    );
    if (this.#closing.signal.aborted) return;
    if (failure !== undefined) this.#failed(failure);
    const { next } = activity;
    this.#activity = { name: 'resting', timer: undefined };
    if (next !== undefined) return this.refresh(next.hint);
    const delayMs = this.#nextInMs(failure !== undefined);
    if (delayMs !== undefined) this.#askIn(delayMs, undefined);
  }

  #found(topology: Topology): undefined {
    if (this.#closing.signal.aborted) return;
    this.#ground.nodes.adopt(topology);
    this.#toldAt = this.#clock.now();
    this.#know({ name: 'known' });
  }

  #failed(error: Error): void {
    const { knowledge } = this;
    if (knowledge.name !== 'unknown') return;
    const { since, failures } = knowledge;
    if (error instanceof HawserError && error.code === 'HANDSHAKE_REFUSED') {
      this.#know({ name: 'parked', since, cause: error });
    } else this.#know({ name: 'unknown', since, failures: failures + 1, cause: error });
  }

  #know(knowledge: Knowledge): void {
    this.#knowledge = knowledge;
    this.#ground.changed();
  }

  /** `undefined`: not by itself. */
  #nextInMs(hasFailed: boolean): number | undefined {
    if (this.#knowledge.name === 'parked') return undefined;
    const { nodes, options, environment } = this.#ground;
    const isWhole = !hasFailed && nodes.primaries.every(({ state }) => state === 'ready');
    // A cluster does not tell of replicas whose state it has not heard yet.
    if (isWhole && nodes.hasReaders) {
      this.#rounds = undefined;
      return options.refreshEveryMs;
    }
    const now = this.#clock.now();
    const rounds = this.#rounds ?? { count: 0, since: now };
    this.#rounds = { ...rounds, count: rounds.count + 1 };
    const delayMs = isWhole
      ? Math.min(options.refreshEveryMs, BACKOFF.baseMs * 2 ** Math.min(rounds.count, 20))
      : backoffMs(BACKOFF, rounds, { now, random: environment.random() });
    return Math.max(REFRESH_PAUSE_MS, delayMs);
  }

  /** Asks those that are connected, and where none of them tells, at the addresses that the owner gave. */
  async #find(hint: ClusterNode | undefined): Promise<Topology> {
    const { signal } = this.#closing;
    const connected = this.#inRandomOrder(this.#ground.nodes.all.filter(({ state }) => state === 'ready'));
    const first = hint !== undefined && !hint.isRetired ? [hint] : [];
    const candidates = [...first, ...connected.filter((node) => node !== hint)];
    try {
      return await firstAnswer(this.#clock, candidates, (node, ends) => this.#askNode(node, ends), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AggregateError)) throw error;
    }
    const { endpoints } = this.#ground.options.node.connection;
    try {
      return await firstAnswer(this.#clock, endpoints, (seed, ends) => this.#askSeed(seed, ends), signal);
    } catch (error) {
      throw error instanceof AggregateError ? worstOf(error.errors) : error;
    }
  }

  async #askNode(node: ClusterNode, signal: AbortSignal): Promise<Topology> {
    const options = { timeoutMs: ANSWER_WITHIN_MS, silenceMs: 0, signal };
    return this.#read(await node.ask(slotsRequest(), options), node.address.host);
  }

  async #askSeed(seed: Endpoint, signal: AbortSignal): Promise<Topology> {
    const { environment, options } = this.#ground;
    const { connection } = options.node;
    const line = await Pipeline.connectOnce(
      redisProtocol(options.node),
      { ...connection, endpoints: [seed], signal },
      environment,
    );
    try {
      const reply = await line.submit(slotsRequest(), { timeoutMs: ANSWER_WITHIN_MS, signal });
      return this.#read(reply, seed.host ?? 'localhost');
    } catch (error) {
      throw refusalOf(error);
    } finally {
      void line.close({ timeoutMs: 0 });
    }
  }

  #read(reply: RedisReply, asked: string): Topology {
    const { nodeAddress } = this.#ground.options;
    const topology = readTopology(reply, asked);
    // A node that has been made to forget all others tells of nothing.
    if (topology.length === 0) {
      throw new HawserError('CONNECT_FAILED', 'CLUSTER SLOTS: the node knows of nobody who has slots', {
        outcome: 'not-sent',
      });
    }
    return topology.map(({ slots, primary, replicas }) => ({
      slots,
      primary: nodeAddress(primary),
      replicas: replicas.map((replica) => nodeAddress(replica)),
    }));
  }

  #inRandomOrder<T>(items: readonly T[]): T[] {
    const { random } = this.#ground.environment;
    return items
      .map((item) => ({ item, place: random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }
}

function slotsRequest(): RedisRequest {
  const { data, bytes } = encodeCommand(['CLUSTER', 'SLOTS']);
  return new RedisRequest('CLUSTER', data, bytes, true, PLAIN_FORM, undefined, undefined);
}

/** What a server says that is no node of a cluster, or does not tell everybody. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof RedisReplyError)) return error;
  const isFinal = /cluster support disabled/i.test(error.message) || error.code === 'NOPERM';
  const code = isFinal ? 'HANDSHAKE_REFUSED' : 'CONNECT_FAILED';
  return new HawserError(code, `CLUSTER SLOTS: ${error.message}`, { outcome: 'not-sent', cause: error });
}

/** One for all: that all have refused only where all have. */
function worstOf(errors: readonly unknown[]): Error {
  const known = errors.filter((error) => error instanceof Error);
  const passing = known.find(
    (error) => !(error instanceof HawserError && error.code === 'HANDSHAKE_REFUSED'),
  );
  return passing ?? known[0] ?? new Error('no error is known');
}
