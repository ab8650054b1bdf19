import { RedisReplyError } from '../errors.ts';
import type { Outage } from '../outage.ts';
import type { PublishedMessage, Subscriber, Topic } from '../pubsub/topic.ts';
import type { TopicKind } from '../pubsub/topic-kind.ts';
import type { ClusterNode } from './cluster-node.ts';
import { reactionTo } from './reaction.ts';

/** What a {@link Seat} is told to do next by what it has met. */
export interface SeatKeeper {
  /** It is nowhere, since its node has refused it or is gone, and is to be given another one. */
  homeless(
    seat: Seat,
    refusal: { readonly node: ClusterNode; readonly error: RedisReplyError } | undefined,
  ): void;
  /** It is over. */
  ended(seat: Seat): void;
}

/** What one subscriber has of one channel, pattern or shard channel: at one node at a time, and told as if it was one. */
export class Seat implements Subscriber {
  readonly kind: TopicKind;
  readonly name: string;
  /** Of a shard channel. */
  readonly slot: number | undefined;
  readonly #inner: Subscriber;
  readonly #keeper: SeatKeeper;
  #node: ClusterNode | undefined;
  #hasJoined = false;
  #outage: Outage | undefined;

  constructor(
    keeper: SeatKeeper,
    inner: Subscriber,
    kind: TopicKind,
    name: string,
    slot: number | undefined,
  ) {
    this.#keeper = keeper;
    this.#inner = inner;
    this.kind = kind;
    this.name = name;
    this.slot = slot;
  }

  /** Where it is; `undefined` where it is nowhere. */
  get node(): ClusterNode | undefined {
    return this.#node;
  }

  /** Subscribes at a node. */
  take(node: ClusterNode): void {
    this.#node = node;
    node.subscriptions.add(this, this.kind, new Set([this.name]));
  }

  /** Its subscriber wants no more. */
  leave(): void {
    this.#node?.subscriptions.remove(this, this.kind, new Set([this.name]));
    this.#node = undefined;
  }

  /** Goes away from its node, to another one. `outage`: what may be missing because of it, where nothing was before. */
  move(outage: Outage | undefined): void {
    if (this.#hasJoined) this.#outage ??= outage;
    this.#node?.subscriptions.abandon(this, this.kind, new Set([this.name]));
    this.#node = undefined;
  }

  /** Tells its subscriber that it is over. */
  finish(error: Error | undefined): void {
    this.#inner.end(error);
  }

  joined(topic: Topic): void {
    if (!this.#hasJoined) {
      this.#hasJoined = true;
      this.#inner.joined(topic);
      return;
    }
    const outage = this.#outage;
    this.#outage = undefined;
    if (outage !== undefined) this.#inner.resumed(topic, outage);
  }

  message(message: PublishedMessage): void {
    this.#inner.message(message);
  }

  lost(_topic: Topic, outage: Outage): void {
    this.#outage ??= outage;
  }

  resumed(topic: Topic, outage: Outage): void {
    const first = this.#outage ?? outage;
    this.#outage = undefined;
    this.#inner.resumed(topic, first);
  }

  /** Its node has ended it, or does not take it. */
  end(error: Error | undefined): void {
    const node = this.#node;
    if (error === undefined || node === undefined) {
      this.move(undefined);
      return this.#keeper.homeless(this, undefined);
    }
    if (!(error instanceof RedisReplyError) || reactionTo(error, false).type === 'fail') {
      this.#keeper.ended(this);
      return this.#inner.end(error);
    }
    this.move(undefined);
    this.#keeper.homeless(this, { node, error });
  }
}
