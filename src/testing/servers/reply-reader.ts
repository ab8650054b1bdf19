import { Buffer } from 'node:buffer';

/** A reply of Redis as plain JavaScript. */
export type RedisValue = string | number | null | readonly RedisValue[];

/** An array whose items are still to come. */
interface OpenArray {
  readonly size: number;
  readonly items: RedisValue[];
}

/**
 * Reads replies of RESP2 as their bytes come. What has been read is not looked at again, so that a reply of many items takes
 * no more time for coming in many pieces.
 */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** The outermost first. */
  readonly #open: OpenArray[] = [];

  /** Takes bytes and yields the replies that are complete with them. Throws at what is not RESP2. */
  *push(bytes: Buffer): Generator<RedisValue | Error, void, void> {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    let at = 0;
    for (let part = this.#partAt(at); part !== undefined; part = this.#partAt(at)) {
      at = part.end;
      const reply = this.#place(part.value);
      if (reply !== undefined) yield reply;
    }
    this.#bytes = this.#bytes.subarray(at);
  }

  /** A value, or the head of an array, that begins there; undefined while some of it is still to come. */
  #partAt(at: number): { readonly value: RedisValue | Error | OpenArray; readonly end: number } | undefined {
    const bytes = this.#bytes;
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const type = String.fromCharCode(bytes[at] ?? 0);
    const line = bytes.toString('utf8', at + 1, lineEnd);
    const end = lineEnd + 2;
    if (type === '+') return { value: line, end };
    if (type === '-') return { value: new Error(line), end };
    if (type === ':') return { value: Number(line), end };
    if (type !== '$' && type !== '*') throw new Error(`Not RESP2: ${type}`);
    const size = Number(line);
    if (size < 0) return { value: null, end };
    if (type === '*') return { value: { size, items: [] }, end };
    if (bytes.length < end + size + 2) return undefined;
    return { value: bytes.toString('utf8', end, end + size), end: end + size + 2 };
  }

  /** Puts a part where it belongs. Returns the reply that is complete with it, if one is. */
  #place(part: RedisValue | Error | OpenArray): RedisValue | Error | undefined {
    if (isOpen(part) && part.size > 0) {
      this.#open.push(part);
      return undefined;
    }
    let value: RedisValue | Error = isOpen(part) ? part.items : part;
    for (let array = this.#open.at(-1); array !== undefined; array = this.#open.at(-1)) {
      array.items.push(value instanceof Error ? value.message : value);
      if (array.items.length < array.size) return undefined;
      this.#open.pop();
      value = array.items;
    }
    return value;
  }
}

function isOpen(part: RedisValue | Error | OpenArray): part is OpenArray {
  return typeof part === 'object' && part !== null && 'size' in part;
}
