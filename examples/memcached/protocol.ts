// What Hawser must be taught of memcached's text protocol. The rest is the Pipeline's: one connection for all callers,
// deadlines, outcomes, reconnecting, silent servers, limits.
//
// https://github.com/memcached/memcached/blob/master/doc/protocol.txt
import {
  HawserError,
  type Encoded,
  type Handshake,
  type Inbound,
  type Protocol,
  type Request,
  type Session,
} from 'hawser';

/** What was found or said; `undefined` where nothing was found. */
export type Answer = string | undefined;

export interface Question extends Request {
  readonly text: string;
  readonly key: string;
  /** The line that answers it. What its group holds is the answer. */
  readonly answeredBy: RegExp;
}

/** The longest line of a server. The data of a value, which may be longer, is no line: the core bounds it. */
const LINE_BYTES_MAX = 2_048;

const END_OF_VALUE = '\r\nEND\r\n';

export const memcached: Protocol<Question, Answer, never> = {
  name: 'memcached',
  correlation: 'in-order',
  startsTls: false,
  open: () => new MemcachedSession(),
};

/** `answeredBy` is an anchored expression, `repeatable` whether it only reads. */
export function question(text: string, key: string, answeredBy: RegExp, repeatable = false): Question {
  const [command = ''] = text.split(/[ \r]/, 1);
  const bytes = Buffer.byteLength(text);
  return { command, text, key, answeredBy, bytes, repeatable, silenceMs: 0, expectsReply: true };
}

class MemcachedSession implements Session<Question, Answer, never> {
  /** There is nobody to log in as. It is asked all the same whether it is a memcached that listens there. */
  async handshake(handshake: Handshake<Question, Answer>): Promise<void> {
    await handshake.exchange(this.ping());
  }

  encode({ text }: Question): Encoded {
    return text;
  }

  receive(bytes: Buffer, inbound: Inbound<Question, Answer, never>): number {
    let consumed = 0;
    while (consumed < bytes.length) {
      const due = inbound.head;
      if (due === undefined) throw violation('nothing, since nothing was asked');
      const length = takeAnswer(bytes.subarray(consumed), due, inbound);
      if (length === 0) break;
      consumed += length;
    }
    return consumed;
  }

  /**
   * No command of this protocol repeats what it is sent, unless that was stored before, and a ping should write nothing:
   * so the nonce stays here. `version` is the question that no caller ever asks, hence its answer can be nobody else's.
   */
  ping(): Question {
    return question('version\r\n', '', /^VERSION (\S+)$/);
  }

  /** Another line than `VERSION` never comes as far as here: see `answeredBy`. */
  isPong(): boolean {
    return true;
  }
}

/** Takes the answer at the beginning of `bytes`. Returns its length, 0 while it is not complete. */
function takeAnswer(bytes: Buffer, due: Question, inbound: Inbound<Question, Answer, never>): number {
  const end = bytes.indexOf('\n') + 1;
  if ((end || bytes.length) > LINE_BYTES_MAX) throw violation(`a line of at most ${LINE_BYTES_MAX} bytes`);
  if (end === 0) return 0;
  if (bytes[end - 2] !== 0x0d) throw violation('a line that ends in CR LF');
  const line = bytes.toString('utf8', 0, end - 2);

  const [, code] = /^(ERROR|CLIENT_ERROR|SERVER_ERROR)(?: .*)?$/.exec(line) ?? [];
  if (code !== undefined) {
    inbound.refuse(new HawserError(code, line, { outcome: 'refused' }));
    return end;
  }
  if (due.command === 'get' && line !== 'END') return takeValue(bytes, end, line, due, inbound);
  const answer = due.answeredBy.exec(line);
  if (answer === null) throw violation(`an answer to ${due.command}`);
  inbound.reply(answer[1]);
  return end;
}

/** As `takeAnswer`, where `line` is the head of a value and ends at `start`. */
function takeValue(
  bytes: Buffer,
  start: number,
  line: string,
  due: Question,
  inbound: Inbound<Question, Answer, never>,
): number {
  const [, key, length] = /^VALUE (\S+) \d+ (\d{1,10})$/.exec(line) ?? [];
  // It tells the key again: the one chance to see that this is not the answer to what was asked.
  if (key !== due.key) throw violation('the value that was asked for');
  const end = start + Number(length);
  if (bytes.length < end + END_OF_VALUE.length) return 0;
  if (bytes.toString('latin1', end, end + END_OF_VALUE.length) !== END_OF_VALUE) {
    throw violation('the end of a value where its length says');
  }
  inbound.reply(bytes.toString('utf8', start, end));
  return end + END_OF_VALUE.length;
}

function violation(expected: string): HawserError {
  return new HawserError('PROTOCOL_VIOLATION', `expected ${expected}`, { outcome: 'unknown' });
}
