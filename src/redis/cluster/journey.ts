import { afterUnknown, checkWait, HawserError, type CallWaitOptions } from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import { closedByOwner } from '../closed.ts';
import type { RedisRedirectError, RedisReplyError } from '../errors.ts';
import type { RedisReply } from '../reply.ts';
import type { ClusterNode } from './cluster-node.ts';
import { redirectedTo, type NodeAddress } from './node-address.ts';
import { reactionTo } from './reaction.ts';
import type { RedirectionCounts, RoutedCall, RouterGround } from './router.ts';

/** A call that was sent from node to node so often, by MOVED, by ASK, or because it was left, fails with what it was told last. */
export const REDIRECTIONS_MAX = 16;
/** Between attempts, where a node does not take a call now. In milliseconds. */
const PAUSE = { baseMs: 10, capMs: 200 };
/** So many times a slot may be elsewhere before there is a pause: nodes that do not agree send a call to and fro. */
const IMMEDIATE_REDIRECTIONS = 3;

type Counts = { -readonly [Name in keyof RedirectionCounts]: number };

/** Where a call is asked next. */
interface Stage {
  readonly node: ClusterNode;
  readonly asking: boolean;
}

/** The way of one call that its first node has not taken. One deadline spans all of it. */
export class Journey {
  readonly #ground: RouterGround;
  readonly #counts: Counts;
  readonly #call: RoutedCall;
  readonly #startedAt: number;
  readonly #deadline: number;
  #redirections = 0;
  #pauses = 0;
  /** When it was first told that it is not taken now. */
  #refusedAt: number | undefined;
  /** Whether it was lost in flight, and may have run. */
  #mayHaveRun = false;

  constructor(ground: RouterGround, counts: Counts, call: RoutedCall, startedAt: number) {
    this.#ground = ground;
    this.#counts = counts;
    this.#call = call;
    this.#startedAt = startedAt;
    this.#deadline = startedAt + (call.options?.timeoutMs ?? ground.timeoutMs);
  }

  /** From the beginning, where nothing was known of the cluster yet. */
  async begin(): Promise<RedisReply> {
    const { command, options } = this.#call;
    // No node's connection has done so before.
    if (options !== undefined) checkWait(command, options);
    return this.#go({ node: await this.#nodeNow(), asking: false });
  }

  /** From what a node has answered. */
  async continue(node: ClusterNode, error: unknown): Promise<RedisReply> {
    return this.#go(await this.#next(node, error));
  }

  async #go(first: Stage): Promise<RedisReply> {
    for (let stage = first; ;) {
      const { node, asking } = stage;
      try {
        return await this.#call.send(node, this.#left(), { asking, isRepeat: this.#mayHaveRun });
      } catch (error) {
        stage = await this.#next(node, error);
      }
    }
  }

  /** Where to go after an error. Throws it where that is nowhere. */
  async #next(node: ClusterNode, error: unknown): Promise<Stage> {
    const mayRunTwice = this.#call.repeatable && !this.#mayHaveRun;
    const reaction = reactionTo(error, mayRunTwice);
    const isLost = error instanceof HawserError && error.outcome === 'unknown';
    if (reaction.type === 'fail' || this.#redirections >= REDIRECTIONS_MAX) throw this.#final(error);
    this.#mayHaveRun ||= isLost;
    switch (reaction.type) {
      case 'moved':
        return this.#moved(node, reaction.to, error);
      case 'ask':
        return this.#asked(node, reaction.to);
      case 'wait':
        return this.#notNow(reaction.refusal, error);
      case 'elsewhere':
        return this.#elsewhere(node, error);
    }
  }

  async #moved(node: ClusterNode, to: RedisRedirectError, error: unknown): Promise<Stage> {
    const { nodes, refresh } = this.#ground;
    this.#counts.moved += 1;
    this.#redirections += 1;
    const target = nodes.moved(to.slot, this.#addressIn(to, node));
    refresh(target);
    if (this.#redirections > IMMEDIATE_REDIRECTIONS) await this.#pause(error);
    return { node: target, asking: false };
  }

  #asked(node: ClusterNode, to: RedisRedirectError): Stage {
    this.#counts.ask += 1;
    this.#redirections += 1;
    return { node: this.#ground.nodes.at(this.#addressIn(to, node), 'primary'), asking: true };
  }

  /** Where a node has sent the call. Throws what the call rejects with where its owner cannot tell: no node has run it. */
  #addressIn(to: RedisRedirectError, teller: ClusterNode): NodeAddress {
    try {
      return redirectedTo(to, teller.address, this.#ground.nodeAddress);
    } catch (cause) {
      const { command } = this.#call;
      const { code, message } = cause as HawserError;
      const init = { outcome: 'refused', command, cause } as const;
      throw this.#final(new HawserError(code, `${command}: ${message}`, init));
    }
  }

  async #notNow(refusal: RedisReplyError, error: unknown): Promise<Stage> {
    const { clock, refresh, whenDownWaitMs } = this.#ground;
    this.#counts[countedAs(refusal)] += 1;
    if (refusal.code !== 'TRYAGAIN') refresh();
    this.#refusedAt ??= clock.now();
    if (clock.now() - this.#refusedAt >= whenDownWaitMs) throw this.#final(error);
    await this.#pause(error);
    return { node: await this.#nodeNow(), asking: false };
  }

  async #elsewhere(node: ClusterNode, error: unknown): Promise<Stage> {
    const { refresh } = this.#ground;
    const next = this.#nodeNowOrNever();
    if (next === node) {
      refresh();
      throw this.#final(error);
    }
    this.#counts.elsewhere += 1;
    this.#redirections += 1;
    return { node: next ?? (await this.#nodeNow()), asking: false };
  }

  #nodeNowOrNever(): ClusterNode | undefined {
    const { command, slot, readsOnly } = this.#call;
    const closed = this.#ground.closed(command);
    if (closed !== undefined) throw this.#final(closed);
    return this.#ground.nodes.nodeFor(slot, readsOnly);
  }

  /** Who has the slot; waits until anything is known of the cluster. */
  async #nodeNow(): Promise<ClusterNode> {
    const node = this.#nodeNowOrNever();
    if (node !== undefined) return node;
    const { timeoutMs, signal } = this.#left();
    try {
      return await this.#ground.known(this.#call, timeoutMs!, signal);
    } catch (error) {
      throw this.#final(error);
    }
  }

  /** The options of a call that has begun some time ago. */
  #left(): CallOptions {
    const { options } = this.#call;
    const timeoutMs = Math.max(0, this.#deadline - this.#ground.clock.now());
    const wait: CallWaitOptions = { timeoutMs, silenceMs: options?.timeoutMs ?? 0, hasBegun: true };
    return { ...options, ...wait };
  }

  /** Waits a little, the longer the more often. Rejects at the deadline of the call, when it is aborted and when the client is closed. */
  async #pause(error: unknown): Promise<void> {
    const { clock, random, pauses } = this.#ground;
    const { command, options } = this.#call;
    const bound = Math.min(PAUSE.capMs, PAUSE.baseMs * 2 ** Math.min(this.#pauses, 10));
    this.#pauses += 1;
    const leftMs = this.#deadline - clock.now();
    const pauseMs = Math.min(bound * (0.5 + random() / 2), leftMs);
    const end = await pauses.pause(pauseMs, options?.signal);
    if (end === 'aborted') throw this.#aborted(options!.signal!, error);
    if (end === 'closed') throw this.#final(closedByOwner(command));
    if (leftMs <= pauseMs) throw this.#late(error);
  }

  #aborted({ reason }: AbortSignal, last: unknown): HawserError {
    const { command } = this.#call;
    const init = { outcome: this.#outcome, command, cause: reason as unknown } as const;
    return new HawserError(
      'ABORTED',
      `${command}: aborted by the caller while no node took it (${textOf(last)})`,
      init,
    );
  }

  #late(last: unknown): HawserError {
    const { command } = this.#call;
    const forMs = Math.round(this.#deadline - this.#startedAt);
    const init = { outcome: this.#outcome, command, cause: last } as const;
    return new HawserError(
      'DEADLINE',
      `${command}: no node took it within ${forMs} ms: ${textOf(last)}`,
      init,
    );
  }

  /** Of a call that ends between two nodes. */
  get #outcome(): 'refused' | 'unknown' {
    return this.#mayHaveRun ? 'unknown' : 'refused';
  }

  /** What the call rejects with. What has happened to it before must not be forgotten. */
  #final(error: unknown): unknown {
    return this.#mayHaveRun ? afterUnknown(error) : error;
  }
}

function countedAs({ code }: RedisReplyError): 'tryAgain' | 'clusterDown' | 'notServing' {
  if (code === 'TRYAGAIN') return 'tryAgain';
  return code === 'CLUSTERDOWN' ? 'clusterDown' : 'notServing';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason is known';
}
