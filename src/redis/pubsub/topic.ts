import type { Buffer } from 'node:buffer';
import type { Outage } from '../outage.ts';
import type { TopicKind } from './topic-kind.ts';

/** Who is told what comes on a topic. */
export interface Subscriber {
  /** The topic is there, for the first time. */
  joined(topic: Topic): void;
  message(message: PublishedMessage): void;
  /** The topic is away; nobody has asked for that. */
  lost?(topic: Topic, outage: Outage): void;
  /** The topic was away, and is there again. */
  resumed(topic: Topic, outage: Outage): void;
  /** There is nothing more to come; `error` is why, where that was not wanted. */
  end(error: Error | undefined): void;
}

/** One message, for all who subscribe to its topic: its text is decoded once, and only where it is wanted. */
export class PublishedMessage {
  readonly channel: string;
  readonly pattern: string | undefined;
  readonly payload: Buffer;
  #text: string | undefined;

  constructor(channel: string, pattern: string | undefined, payload: Buffer) {
    this.channel = channel;
    this.pattern = pattern;
    this.payload = payload;
  }

  get text(): string {
    return (this.#text ??= this.payload.toString());
  }
}

/**
 * What the server has of a topic: nothing (`away`), all of it (`live`), or it is being asked for the one or the other. An
 * object of its own for each time, so that what comes late of an earlier one is known.
 */
export interface Phase {
  readonly name: 'away' | 'joining' | 'live' | 'leaving';
}

/** What a subscriber has had of a topic. */
interface Seat {
  hasJoined: boolean;
  outage: Outage | undefined;
}

/** One channel, pattern or shard channel, and all who subscribe to it: they share one subscription of the server's. */
export class Topic {
  readonly kind: TopicKind;
  readonly name: string;
  readonly #seats = new Map<Subscriber, Seat>();
  #phase: Phase = { name: 'away' };

  constructor(kind: TopicKind, name: string) {
    this.kind = kind;
    this.name = name;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Whether anybody subscribes to it. */
  get isWanted(): boolean {
    return this.#seats.size > 0;
  }

  get subscribers(): readonly Subscriber[] {
    return [...this.#seats.keys()];
  }

  add(subscriber: Subscriber): void {
    const seat: Seat = { hasJoined: false, outage: undefined };
    this.#seats.set(subscriber, seat);
    if (this.#phase.name === 'live') this.#tell(subscriber, seat);
  }

  remove(subscriber: Subscriber): void {
    this.#seats.delete(subscriber);
  }

  /** The server is being asked. Returns the phase that this begins. */
  begin(name: 'joining' | 'leaving'): Phase {
    return (this.#phase = { name });
  }

  /** The server has said that it is subscribed to. */
  joined(): void {
    this.#phase = { name: 'live' };
    const seats = [...this.#seats];
    for (const [subscriber, seat] of seats) this.#tell(subscriber, seat);
  }

  /** The server has nothing of it any more, as it was asked for. */
  left(): void {
    this.#phase = { name: 'away' };
  }

  /** The server has nothing of it any more, and nobody has asked for that. */
  lost(outage: Outage): void {
    this.#phase = { name: 'away' };
    const seats = [...this.#seats];
    for (const [subscriber, seat] of seats) {
      if (!seat.hasJoined) continue;
      seat.outage ??= outage;
      subscriber.lost?.(this, outage);
    }
  }

  /** While it is being left, or not there yet, what comes is not for those who subscribe by now. */
  published(message: PublishedMessage): void {
    if (this.#phase.name !== 'live') return;
    for (const subscriber of this.subscribers) subscriber.message(message);
  }

  #tell(subscriber: Subscriber, seat: Seat): void {
    const { outage } = seat;
    seat.outage = undefined;
    if (seat.hasJoined) {
      if (outage !== undefined) subscriber.resumed(this, outage);
      return;
    }
    seat.hasJoined = true;
    subscriber.joined(this);
  }
}
