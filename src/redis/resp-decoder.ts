import type { Buffer } from 'node:buffer';
import { PLAIN_FORM, type RedisReply, type ReplyForm } from './reply.ts';
import { AGGREGATE, ElementReader, INCOMPLETE, type AggregateKind } from './resp-element.ts';
import { beyondLimit, violation, DEFAULT_RESP_LIMITS, type RespLimits } from './resp-limits.ts';

/** Where a {@link RespDecoder} puts what it decoded. What these throw leaves `decode`. */
export interface RespSink {
  /** How the values of the next reply are wanted. Asked before each reply. */
  readonly form: ReplyForm;
  /** How the values of push messages are wanted. Default: plain. */
  readonly pushForm?: ReplyForm;
  /**
   * How maps and sets of the next reply are wanted: as a Map and a Set (the default), or flat, as RESP2 has them, an array of
   * keys and values in turn, or of members. Asked before each reply; in push messages they are never flat.
   */
  readonly maps?: 'map' | 'flat';
  value(reply: RedisReply): void;
  push(message: RedisReply[]): void;
}

/** The type of a push message. */
const PUSH = 0x3e;
/** An array is allocated in advance up to this many elements; what the server claims beyond grows as it arrives. */
const ALLOCATED_ELEMENTS_MAX = 1024;
/** The shortest element there is: `_` and its CR LF. */
const ELEMENT_BYTES_MIN = 3;

/** An aggregate of which elements are missing. */
interface Frame {
  readonly kind: AggregateKind;
  readonly items: RedisReply[];
  /** How many of `items` have come. */
  filled: number;
  readonly size: number;
  readonly depth: number;
  readonly parent: Frame | undefined;
}

/**
 * Decodes RESP2 and RESP3, cut anywhere, in one pass. What has come of a reply is kept in frames, not in recursion,
 * so that no byte is looked at twice but those of an element that is cut.
 *
 * It is strict: what is not exactly the protocol is a PROTOCOL_VIOLATION, since behind it replies would reach the
 * wrong callers. What is beyond a limit is LIMIT_EXCEEDED. A decoder that has thrown is not to be used again.
 */
export class RespDecoder {
  readonly #limits: RespLimits;
  readonly #elements: ElementReader;
  /** The innermost aggregate that is not complete. */
  #frame: Frame | undefined;
  #isFlat = false;
  /** Where in the bytes at hand the current reply starts, and how many bytes of it came before them. */
  #replyStart = 0;
  #earlierBytes = 0;

  constructor(limits: RespLimits = DEFAULT_RESP_LIMITS) {
    this.#limits = limits;
    this.#elements = new ElementReader(limits);
  }

  /**
   * Takes all bytes that are not consumed yet, and returns how many of them it consumed. The others are to be given
   * again, in front of more; they are no more than one line or one bulk of 16 KiB takes. Keeps nothing of `bytes`.
   */
  decode(bytes: Buffer, sink: RespSink): number {
    const elements = this.#elements;
    this.#replyStart = 0;
    elements.next = 0;
    while (elements.next < bytes.length) {
      if (this.#frame === undefined && !elements.isWithinBulk) {
        elements.form = sink.form;
      }
      const element = elements.read(bytes, elements.next);
      if (element === INCOMPLETE) {
        break;
      }
      if (element === AGGREGATE) {
        this.#open(elements.kind, elements.length, sink);
      } else {
        this.#deliver(element, sink);
      }
    }
    this.#earlierBytes = this.#replyBytes();
    return elements.next;
  }

  /**
   * Whether a reply has begun and is not complete; a push message is none. `next` is the first byte that the last
   * `decode` did not consume, `undefined` if it consumed all.
   */
  hasBegunReply(next: number | undefined): boolean {
    let outermost = this.#frame;
    while (outermost?.parent !== undefined) {
      outermost = outermost.parent;
    }
    if (outermost !== undefined) {
      return outermost.kind !== 'push';
    }
    return this.#elements.isWithinBulk || (next !== undefined && next !== PUSH);
  }

  #open(kind: AggregateKind, size: number, sink: RespSink): void {
    const parent = this.#frame;
    if (kind === 'push') {
      this.#checkPush(parent, size);
      this.#elements.form = sink.pushForm ?? PLAIN_FORM;
    }
    if (parent === undefined) {
      this.#isFlat = kind !== 'push' && sink.maps === 'flat';
    }
    const depth = parent === undefined ? 1 : parent.depth + 1;
    if (depth > this.#limits.maxNesting) {
      throw beyondLimit(`a reply nested ${depth} deep`, 'maxNesting', this.#limits);
    }
    if (this.#replyBytes() + size * ELEMENT_BYTES_MIN > this.#limits.maxReplyBytes) {
      throw beyondLimit(`an aggregate of ${size} elements`, 'maxReplyBytes', this.#limits);
    }
    if (size > 0) {
      const items = new Array<RedisReply>(Math.min(size, ALLOCATED_ELEMENTS_MAX));
      this.#frame = { kind, items, filled: 0, size, depth, parent };
    } else if (kind !== 'attribute') {
      this.#deliver(this.#aggregateOf(kind, []), sink);
    }
  }

  #checkPush(parent: Frame | undefined, size: number): void {
    if (parent !== undefined) {
      throw violation('an element of an aggregate and no push message', PUSH);
    }
    if (size === 0) {
      throw violation('a push message of at least one element', 0x30);
    }
  }

  /** Puts an element where it belongs, and whatever it completes. */
  #deliver(element: RedisReply, sink: RespSink): void {
    let value = element;
    for (let frame = this.#frame; frame !== undefined; frame = frame.parent) {
      frame.items[frame.filled++] = value;
      if (frame.filled < frame.size) {
        return;
      }
      this.#frame = frame.parent;
      if (frame.kind === 'attribute') {
        return;
      }
      if (frame.kind === 'push') {
        this.#endReply();
        sink.push(frame.items);
        return;
      }
      value = this.#aggregateOf(frame.kind, frame.items);
    }
    this.#endReply();
    sink.value(value);
  }

  #aggregateOf(kind: AggregateKind, items: RedisReply[]): RedisReply {
    if (this.#isFlat || (kind !== 'map' && kind !== 'set')) {
      return items;
    }
    if (kind === 'set') {
      return new Set(items);
    }
    const map = new Map<RedisReply, RedisReply>();
    for (let index = 0; index < items.length; index += 2) {
      map.set(items[index]!, items[index + 1]!);
    }
    return map;
  }

  #endReply(): void {
    this.#replyBytes();
    this.#earlierBytes = 0;
    this.#replyStart = this.#elements.next;
  }

  /** Bytes of the current reply so far; they are within the limit. */
  #replyBytes(): number {
    const replyBytes = this.#earlierBytes + this.#elements.next - this.#replyStart;
    if (replyBytes > this.#limits.maxReplyBytes) {
      throw beyondLimit('a reply', 'maxReplyBytes', this.#limits);
    }
    return replyBytes;
  }
}
