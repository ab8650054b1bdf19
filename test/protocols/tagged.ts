import {
  HawserError,
  type Encoded,
  type Handshake,
  type Inbound,
  type Protocol,
  type Request,
  type Session,
} from '../../src/core/index.ts';

/**
 * A toy protocol of text lines that shows how small a driver can be. Each call carries an id, answers come in any
 * order, and one acknowledgement may settle many calls.
 *
 * ```
 * client                       server
 * <id> <channel> <verb> <text>   ok <id> <text>           answers one call
 * - <channel> <verb> <text>      no <id> <code>           refuses one call
 * beat                           acked <id>               answers all calls up to this one
 *                                closed <channel> <code>  refuses the calls of one channel
 *                                event <channel> <text>   answers nothing
 *                                beat
 * ```
 */
export interface TaggedRequest extends Request {
  readonly channel: number;
  readonly text: string;
}

/** What the server sends unasked. */
export type TaggedPush =
  | { readonly kind: 'event'; readonly channel: number; readonly text: string }
  | { readonly kind: 'closed'; readonly channel: number; readonly code: string };

/** Most bytes that are kept of a line whose end has not come. */
export const LINE_BYTES_MAX = 1_024;

/** Ids have a fixed width, so that the size of a request is known before its id is. */
const ID_DIGITS = 8;

/** A call that is answered: by `ok`, `no`, `acked` or `closed`. */
export function call(channel: number, command: string, text = '', silenceMs = 0): TaggedRequest {
  const bytes = Buffer.byteLength(lineOf('0', channel, command, text)) + ID_DIGITS - 1;
  return { command, channel, text, bytes, silenceMs, repeatable: false, expectsReply: true };
}

/** A message that nothing answers. */
export function post(channel: number, text: string): TaggedRequest {
  const bytes = Buffer.byteLength(lineOf('-', channel, 'post', text));
  return { command: 'post', channel, text, bytes, silenceMs: 0, repeatable: false, expectsReply: false };
}

const BEAT = 'beat\n';

export const tagged: Protocol<TaggedRequest, string, TaggedPush> = {
  name: 'tagged',
  correlation: 'by-request',
  startsTls: false,
  open: () => new TaggedSession(),
};

/** The same with a server that wants to hear from us. */
export const taggedWithHeartbeats: typeof tagged = { ...tagged, open: () => new TaggedSession(750) };

class TaggedSession implements Session<TaggedRequest, string, TaggedPush> {
  readonly heartbeatMs: number | undefined;
  /** Calls that are not answered, oldest first. */
  readonly #due = new Map<number, TaggedRequest>();
  #lastId = 0;

  constructor(heartbeatMs?: number) {
    this.heartbeatMs = heartbeatMs;
  }

  async handshake(handshake: Handshake<TaggedRequest, string>): Promise<void> {
    await handshake.exchange(call(0, 'hello'));
  }

  encode(request: TaggedRequest): Encoded {
    const { command, channel, text, expectsReply } = request;
    if (command === 'beat') return BEAT;
    if (!expectsReply) return lineOf('-', channel, command, text);
    this.#lastId += 1;
    this.#due.set(this.#lastId, request);
    return lineOf(String(this.#lastId).padStart(ID_DIGITS, '0'), channel, command, text);
  }

  receive(bytes: Buffer, inbound: Inbound<TaggedRequest, string, TaggedPush>): number {
    let start = 0;
    for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', start)) {
      this.#take(bytes.toString('utf8', start, end), inbound);
      start = end + 1;
    }
    if (bytes.length - start > LINE_BYTES_MAX) throw violation(`a line of at most ${LINE_BYTES_MAX} bytes`);
    return start;
  }

  ping(): TaggedRequest {
    const bytes = BEAT.length;
    return { ...post(0, ''), command: 'beat', bytes, silenceMs: 0 };
  }

  isPong(): boolean {
    return true;
  }

  #take(line: string, inbound: Inbound<TaggedRequest, string, TaggedPush>): void {
    const [, word, digits, text = ''] = /^(ok|no|acked|closed|event) (\d{1,15})(?: (.*))?$/.exec(line) ?? [];
    const number = Number(digits);
    switch (word) {
      case 'ok':
        return inbound.replyTo(this.#answered(number), text);
      case 'no':
        return inbound.refuseTo(this.#answered(number), refusal(text));
      case 'acked':
        for (const id of this.#due.keys()) if (id <= number) inbound.replyTo(this.#answered(id), 'acked');
        return;
      case 'closed':
        for (const [id, { channel }] of this.#due) {
          if (channel === number) inbound.refuseTo(this.#answered(id), refusal(text));
        }
        return inbound.push({ kind: 'closed', channel: number, code: text });
      case 'event':
        return inbound.push({ kind: 'event', channel: number, text });
      case undefined:
        if (line !== 'beat') throw violation('one of the words of the protocol');
    }
  }

  #answered(id: number): TaggedRequest {
    const request = this.#due.get(id);
    if (request === undefined) throw violation('the id of a call that is not answered yet');
    this.#due.delete(id);
    return request;
  }
}

function lineOf(id: string, channel: number, command: string, text: string): string {
  return `${id} ${channel} ${command} ${text}\n`;
}

function refusal(code: string): HawserError {
  return new HawserError(code, `the server said ${code}`, { outcome: 'refused' });
}

function violation(expected: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `expected ${expected}`, { outcome: 'unknown' });
}
