import type { Outage } from '../outage.ts';
import type { SubscriptionDrop } from './subscription-events.ts';

/** Most that waits for a consumer. */
export interface BufferLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** A place in the row of messages at which some are missing. */
interface Hole<Gap> {
  readonly type: 'hole';
  dropped: number;
  /** The channels that were away, each once, and since when. */
  readonly gaps: Map<string, { readonly outage: Outage; readonly gap: Gap }>;
}

interface Link<Message, Gap> {
  readonly item: { readonly message: Message; readonly bytes: number } | Hole<Gap>;
  next: Link<Message, Gap> | undefined;
}

/**
 * The events that wait for a consumer, in order. There are never more messages than the limits allow, nor more holes than
 * messages and one: what is dropped one after the other is one hole.
 */
export class SubscriptionBuffer<Message, Gap> {
  readonly #limits: BufferLimits;
  #first: Link<Message, Gap> | undefined;
  #last: Link<Message, Gap> | undefined;
  #messages = 0;
  #bytes = 0;

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  /** Keeps a message, or counts it as dropped where there is no room. `bytes` is the size of its payload. */
  push(message: Message, bytes: number): void {
    const { messages, bytes: bytesMax } = this.#limits;
    if (this.#messages >= messages || this.#bytes + bytes > bytesMax) {
      this.#hole().dropped += 1;
      return;
    }
    this.#messages += 1;
    this.#bytes += bytes;
    this.#append({ message, bytes });
  }

  /** Notes that a channel was away. Two times with no message between them are one, from the first on. */
  gap(channel: string, outage: Outage, gapOf: (outage: Outage) => Gap): void {
    const { gaps } = this.#hole();
    const first = gaps.get(channel)?.outage ?? outage;
    gaps.set(channel, { outage: first, gap: gapOf(first) });
  }

  /** The oldest event, which is taken out; `undefined` where there is none. */
  take(): Message | Gap | SubscriptionDrop | undefined {
    const item = this.#first?.item;
    if (item === undefined) return undefined;
    if ('message' in item) {
      this.#shift();
      this.#messages -= 1;
      this.#bytes -= item.bytes;
      return item.message;
    }
    return this.#takeOf(item);
  }

  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#messages = 0;
    this.#bytes = 0;
  }

  #takeOf(hole: Hole<Gap>): Message | Gap | SubscriptionDrop {
    if (hole.dropped > 0) {
      const count = hole.dropped;
      hole.dropped = 0;
      if (hole.gaps.size === 0) this.#shift();
      return { type: 'dropped', count };
    }
    // A hole has something in it.
    const [channel, { gap }] = hole.gaps.entries().next().value!;
    hole.gaps.delete(channel);
    if (hole.gaps.size === 0) this.#shift();
    return gap;
  }

  /** The hole behind the last message. */
  #hole(): Hole<Gap> {
    const last = this.#last?.item;
    if (last !== undefined && 'type' in last) return last;
    const hole: Hole<Gap> = { type: 'hole', dropped: 0, gaps: new Map() };
    this.#append(hole);
    return hole;
  }

  #append(item: Link<Message, Gap>['item']): void {
    const link: Link<Message, Gap> = { item, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  #shift(): void {
    this.#first = this.#first?.next;
    if (this.#first === undefined) this.#last = undefined;
  }
}
