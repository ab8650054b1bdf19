import {
  HawserError,
  type Encoded,
  type Handshake,
  type Inbound,
  type Protocol,
  type Request,
  type Session,
} from '../../src/core/index.ts';

export interface LineRequest extends Request {
  readonly line: string;
}

export type LineHandshake = Handshake<LineRequest, string>;

/** A request of one line. */
export function line(text: string, changes: Partial<Request> = {}): LineRequest {
  const always = { command: 'line', repeatable: false, silenceMs: 0, expectsReply: true };
  return { ...always, line: text, bytes: Buffer.byteLength(text) + 1, ...changes };
}

/**
 * The least protocol there can be, with a handshake of the test's own. A line from the server answers what is due;
 * `a=1` answers the request `a`, `-CODE` refuses, `!text` is pushed, and `*` is beyond the decoder.
 */
export function lines(
  handshake: (handshake: LineHandshake) => Promise<void>,
  changes: Partial<Protocol<LineRequest, string, string>> = {},
): Protocol<LineRequest, string, string> {
  const open = (): LineSession => new LineSession(handshake);
  return { name: 'lines', correlation: 'in-order', startsTls: false, open, ...changes };
}

export class LineSession implements Session<LineRequest, string, string> {
  readonly handshake: (handshake: LineHandshake) => Promise<void>;
  readonly #sent = new Map<string, LineRequest>();

  constructor(handshake: (handshake: LineHandshake) => Promise<void> = async () => {}) {
    this.handshake = handshake;
  }

  encode(request: LineRequest): Encoded {
    this.#sent.set(request.line, request);
    return `${request.line}\n`;
  }

  receive(bytes: Buffer, inbound: Inbound<LineRequest, string, string>): number {
    let start = 0;
    for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', start)) {
      this.#take(bytes.toString('utf8', start, end), inbound);
      start = end + 1;
    }
    return start;
  }

  ping(nonce: string): LineRequest | undefined {
    return line(nonce);
  }

  isPong(reply: string, nonce: string): boolean {
    return reply === nonce;
  }

  #take(text: string, inbound: Inbound<LineRequest, string, string>): void {
    const [asked = '', answer] = text.split('=');
    if (text === '*') throw new TypeError('the decoder is wrong');
    else if (text.startsWith('!')) inbound.push(text.slice(1));
    else if (text.startsWith('-')) inbound.refuse(refusal(text.slice(1)));
    else if (answer === undefined) inbound.reply(text);
    else if (answer.startsWith('-')) inbound.refuseTo(this.#sent.get(asked)!, refusal(answer.slice(1)));
    else inbound.replyTo(this.#sent.get(asked)!, answer);
  }
}

function refusal(code: string): HawserError {
  return new HawserError(code, 'the server said no', { outcome: 'refused' });
}
