import { HawserError, type Clock, type Timer } from '../../core/index.ts';
import { RedisRedirectError, type RedisReplyError } from '../errors.ts';
import type { SubscriptionBoard } from '../pubsub/subscription.ts';
import type { TopicKind } from '../pubsub/topic-kind.ts';
import type { Outage } from '../outage.ts';
import type { Subscriber } from '../pubsub/topic.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { hashSlotOf } from './hash-slot.ts';
import { Seat, type SeatKeeper } from './seat.ts';

/** Before a node is asked again that did not take a subscription, or another one. In milliseconds. */
export const ASK_AGAIN_AFTER_MS = 200;

/** What {@link ClusterSubscriptions} need of their client. */
export interface ClusterSubscriptionsGround {
  readonly clock: Clock;
  readonly nodes: ClusterNodes;
  /** When the cluster has told last who has which slot, in the clock's milliseconds. */
  readonly toldAt: () => number;
  /** Takes notice of what a node has said when it did not take a subscription. */
  readonly learn: (node: ClusterNode, error: RedisReplyError) => void;
}

/**
 * What the client of a cluster subscribes to. A shard channel is at the node that has its slot, and goes with it. All others are
 * at one node, for nodes tell each other what is published, and go to another one when that is lost.
 */
export class ClusterSubscriptions implements SubscriptionBoard, SeatKeeper {
  readonly #ground: ClusterSubscriptionsGround;
  readonly #seats = new Map<Subscriber, Map<string, Seat>>();
  /** Seats that are at no node. */
  readonly #homeless = new Set<Seat>();
  #home: ClusterNode | undefined;
  #timer: Timer | undefined;
  #life: 'open' | 'closed' = 'open';

  constructor(ground: ClusterSubscriptionsGround) {
    this.#ground = ground;
  }

  add(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void {
    const seats = this.#seats.get(subscriber) ?? new Map<string, Seat>();
    this.#seats.set(subscriber, seats);
    for (const name of names) {
      const seat = new Seat(this, subscriber, kind, name, kind === 'shard' ? hashSlotOf(name) : undefined);
      seats.set(name, seat);
      this.#place(seat);
    }
  }

  remove(subscriber: Subscriber, _kind: TopicKind, names: ReadonlySet<string>): void {
    const seats = this.#seats.get(subscriber);
    if (seats === undefined) return;
    for (const name of names) {
      const seat = seats.get(name);
      if (seat === undefined) continue;
      seats.delete(name);
      this.#homeless.delete(seat);
      seat.leave();
    }
    if (seats.size === 0) this.#seats.delete(subscriber);
  }

  /** Ends all subscriptions; `error` is why, where nobody has asked for that. */
  end(error: Error | undefined): void {
    if (error === undefined) this.#life = 'closed';
    if (this.#timer !== undefined) this.#ground.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    const subscribers = [...this.#seats.keys()];
    for (const subscriber of subscribers) subscriber.end(error);
    this.#seats.clear();
    this.#homeless.clear();
  }

  /** Slots have another primary than before, or it is the first time that anything is known. */
  slotsMoved(moved: readonly number[]): void {
    const slots = new Set(moved);
    const { nodes, toldAt } = this.#ground;
    for (const seat of this.#allSeats()) {
      if (seat.slot === undefined || seat.node === undefined || !slots.has(seat.slot)) continue;
      if (seat.node === nodes.primaryOf(seat.slot)) continue;
      // Nobody can tell since when the new node is the one that is told what is published.
      seat.move({ since: toldAt(), cause: lost('the slot of the shard channel has moved to another node') });
      this.#homeless.add(seat);
    }
    this.#placeHomeless();
  }

  /** A node has been connected, or lost. */
  nodeChanged(): void {
    if (this.#life === 'closed') return;
    // Not before those who listen to its connection have heard of it.
    queueMicrotask(() => {
      this.#placeHomeless();
      if (this.#home === undefined || this.#home.state === 'ready') return;
      const other = this.#ground.nodes.nodeFor(undefined, false);
      if (other?.state === 'ready') this.#moveHome(other);
    });
  }

  homeless(
    seat: Seat,
    refusal: { readonly node: ClusterNode; readonly error: RedisReplyError } | undefined,
  ): void {
    if (this.#life === 'closed') return seat.finish(undefined);
    this.#homeless.add(seat);
    if (refusal !== undefined) this.#ground.learn(refusal.node, refusal.error);
    const isKnown = refusal === undefined || refusal.error instanceof RedisRedirectError;
    this.#placeIn(isKnown ? 0 : ASK_AGAIN_AFTER_MS);
  }

  ended(seat: Seat): void {
    this.#homeless.delete(seat);
  }

  #allSeats(): Seat[] {
    return [...this.#seats.values()].flatMap((seats) => [...seats.values()]);
  }

  #moveHome(node: ClusterNode): void {
    const now = this.#ground.clock.now();
    const outage: Outage = { since: now, cause: lost('the node that was subscribed at was left') };
    this.#home = node;
    for (const seat of this.#allSeats()) {
      if (seat.slot !== undefined) continue;
      seat.move(outage);
      this.#homeless.add(seat);
    }
    this.#placeHomeless();
  }

  #placeIn(delayMs: number): void {
    const { clock } = this.#ground;
    this.#timer ??= clock.setTimer(() => {
      this.#timer = undefined;
      this.#placeHomeless();
    }, delayMs);
  }

  #placeHomeless(): void {
    const seats = [...this.#homeless];
    for (const seat of seats) this.#place(seat);
  }

  /** Gives a seat a node, where there is one. */
  #place(seat: Seat): void {
    const node = seat.slot === undefined ? this.#homeNode() : this.#ground.nodes.nodeFor(seat.slot, false);
    this.#homeless.delete(seat);
    if (node === undefined) this.#homeless.add(seat);
    else seat.take(node);
  }

  #homeNode(): ClusterNode | undefined {
    if (this.#home === undefined || this.#home.isRetired) {
      this.#home = this.#ground.nodes.nodeFor(undefined, false);
    }
    return this.#home;
  }
}

function lost(message: string): HawserError {
  return new HawserError('CONNECTION_LOST', message, { outcome: 'unknown' });
}
