import {
  HawserError,
  type Encoded,
  type Handshake,
  type Inbound,
  type Protocol,
  type Request,
  type Session,
} from 'hawser';
import {
  integers,
  message,
  readFields,
  readMessage,
  SSL_REQUEST,
  texts,
  violation,
  type MessageBody,
} from './postgres-messages.ts';

/**
 * PostgreSQL's simple query protocol: text queries, each answered by many messages that end with ReadyForQuery.
 *
 * Source: https://www.postgresql.org/docs/current/protocol-flow.html
 */
export interface PostgresOptions {
  readonly user: string;
  readonly password?: string;
  /** What to do where the server speaks no TLS: not to connect, to speak plain text, or not even to ask. */
  readonly tls: 'required' | 'preferred' | 'never';
  /** Longest message that the server may send. Default 1 MiB. */
  readonly messageBytesMax?: number;
  /** Most bytes of messages in one reply. Default 16 MiB. */
  readonly replyBytesMax?: number;
}

export interface PostgresRequest extends Request {
  readonly kind: 'startup' | 'password' | 'query';
  readonly message: Uint8Array;
}

/** What one statement of a query returned, with its values as text. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: (readonly (string | null)[])[];
  /** `SELECT 1`; empty for an empty query. */
  tag: string;
}

/** `I`: outside of a transaction; `T`: in one; `E`: in one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

export type PostgresReply =
  | { readonly kind: 'password-wanted' }
  | { readonly kind: 'done'; readonly results: readonly Result[]; readonly status: TransactionStatus };

export type PostgresPush =
  | { readonly kind: 'notice'; readonly code: string; readonly text: string }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }
  | { readonly kind: 'parameter'; readonly name: string; readonly value: string };

type PostgresInbound = Inbound<PostgresRequest, PostgresReply, PostgresPush>;

/** SQLSTATEs after which trying again cannot help: authentication, no such database, no right to connect. */
const REFUSES_FOR_GOOD = /^(?:28|3D000$|42501$)/;

const PROTOCOL_VERSION = 196_608;

/** A query. `repeatable` says that it only reads. Throws INVALID_ARGUMENT. */
export function query(sql: string, { repeatable = false, silenceMs = 0 } = {}): PostgresRequest {
  if (sql.includes('\0')) {
    throw new HawserError('INVALID_ARGUMENT', 'query: expected text without NUL', { outcome: 'not-sent' });
  }
  return { ...requestOf('query', message('Q', texts(sql))), repeatable, silenceMs };
}

export function postgresSimple(
  options: PostgresOptions,
): Protocol<PostgresRequest, PostgresReply, PostgresPush> {
  return {
    name: 'postgres',
    correlation: 'in-order',
    startsTls: true,
    open: () => new SimpleQuerySession(options),
  };
}

class SimpleQuerySession implements Session<PostgresRequest, PostgresReply, PostgresPush> {
  readonly #options: PostgresOptions;
  /** What has come of the reply that is due. */
  #results: Result[] = [];
  #open: Result | undefined;
  #refusal: HawserError | undefined;
  #replyBytes = 0;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  async handshake(handshake: Handshake<PostgresRequest, PostgresReply>): Promise<void> {
    const { user, password, tls } = this.#options;
    if (tls !== 'never') await this.#askForTls(handshake);
    try {
      let reply = await handshake.exchange(startup(user));
      if (reply.kind === 'password-wanted' && password !== undefined) {
        reply = await handshake.exchange(requestOf('password', message('p', texts(password))));
      }
      if (reply.kind === 'password-wanted') {
        throw refused('the server asks for a password, and there is none to give');
      }
    } catch (error) {
      throw error instanceof HawserError && REFUSES_FOR_GOOD.test(error.code)
        ? refused(error.message, error)
        : error;
    }
  }

  encode(request: PostgresRequest): Encoded {
    return request.message;
  }

  receive(bytes: Buffer, inbound: PostgresInbound): number {
    const { messageBytesMax = 1_048_576 } = this.#options;
    let start = 0;
    for (;;) {
      const next = readMessage(bytes, start, messageBytesMax);
      if (next === undefined) return start;
      this.#take(next.type, next.body, inbound);
      start = next.end;
    }
  }

  ping(nonce: string): PostgresRequest {
    return query(`SELECT '${nonce}'`);
  }

  isPong(reply: PostgresReply, nonce: string): boolean {
    return reply.kind === 'done' && reply.results[0]?.rows[0]?.[0] === nonce;
  }

  async #askForTls(handshake: Handshake<PostgresRequest, PostgresReply>): Promise<void> {
    handshake.write(SSL_REQUEST);
    const answer = (await handshake.take(1)).toString('latin1');
    if (answer === 'S') return handshake.startTls();
    if (answer !== 'N') throw violation('S or N for an answer to the request for TLS');
    if (this.#options.tls === 'required') throw refused('the server speaks no TLS, and it is required');
  }

  #take(type: string, body: MessageBody, inbound: PostgresInbound): void {
    switch (type) {
      case 'N':
        return inbound.push(noticeFrom(body));
      case 'A':
        return inbound.push(notificationFrom(body));
      case 'S':
        return inbound.push(parameterFrom(body));
    }
    const { head } = inbound;
    this.#countReplyBytes(body.length);
    if (type === 'E') return this.#takeError(errorFrom(body), inbound);
    if (head === undefined) throw violation('nothing, since nothing was asked');
    if (type === 'Z') return this.#finish(body, inbound);
    if (this.#refusal !== undefined) throw violation('the end of the reply behind an error');
    if (head.kind === 'query') this.#takeResult(type, body);
    else this.#takeStartup(type, body, inbound);
  }

  #takeStartup(type: string, body: MessageBody, inbound: PostgresInbound): void {
    if (type === 'K') return;
    if (type !== 'R') throw violation('a message of the start-up');
    const method = body.int32();
    if (method === 3) inbound.reply({ kind: 'password-wanted' });
    else if (method !== 0) throw refused(`the server wants authentication of kind ${method}`);
  }

  #takeResult(type: string, body: MessageBody): void {
    switch (type) {
      case 'T':
        this.#begin(columnsFrom(body));
        return;
      case 'D':
        this.#row(body);
        return;
      case 'C':
        this.#end(body.text());
        return body.end();
      case 'I':
        this.#end('');
        return body.end();
      default:
        throw violation('a message that answers a query');
    }
  }

  #begin(columns: readonly string[]): void {
    if (this.#open !== undefined) throw violation('the end of a result before the next one');
    this.#open = { columns, rows: [], tag: '' };
  }

  #row(body: MessageBody): void {
    const { columns, rows } = this.#open ?? {};
    if (body.int16() !== columns?.length) throw violation('a row with a value for each column');
    rows?.push(columns.map(() => body.value()));
    body.end();
  }

  #end(tag: string): void {
    const result = this.#open ?? { columns: [], rows: [], tag };
    result.tag = tag;
    this.#results.push(result);
    this.#open = undefined;
  }

  /** The last message of a reply, with what it says of the transaction. */
  #finish(body: MessageBody, inbound: PostgresInbound): void {
    const status = String.fromCharCode(body.int8());
    body.end();
    if (status !== 'I' && status !== 'T' && status !== 'E') throw violation('I, T or E for a status');
    const refusal = this.#refusal;
    if (this.#open !== undefined && refusal === undefined) throw violation('the end of the last result');
    const results = this.#results;
    this.#forgetReply();
    if (refusal === undefined) inbound.reply({ kind: 'done', results, status });
    else inbound.refuse(refusal);
  }

  #takeError({ isFatal, error }: ServerError, inbound: PostgresInbound): void {
    const asked = inbound.head?.kind;
    // Nothing follows an error of the start-up.
    if (asked === 'startup' || asked === 'password') return inbound.refuse(error);
    if (isFatal) {
      if (this.#refusal !== undefined) inbound.refuse(this.#refusal);
      // It ends the transport and answers no query: the one that is due may have run.
      throw new HawserError(error.code, error.message, { outcome: 'unknown' });
    }
    if (asked === undefined || this.#refusal !== undefined) throw violation('no error, got one');
    this.#refusal = error;
  }

  #countReplyBytes(bytes: number): void {
    const { replyBytesMax = 16_777_216 } = this.#options;
    this.#replyBytes += bytes;
    if (this.#replyBytes <= replyBytesMax) return;
    throw new HawserError('LIMIT_EXCEEDED', `expected a reply of at most ${replyBytesMax} bytes, got more`, {
      outcome: 'unknown',
    });
  }

  #forgetReply(): void {
    this.#results = [];
    this.#open = undefined;
    this.#refusal = undefined;
    this.#replyBytes = 0;
  }
}

interface ServerError {
  readonly isFatal: boolean;
  readonly error: HawserError;
}

function errorFrom(body: MessageBody): ServerError {
  const fields = readFields(body);
  const severity = fields.get('V') ?? fields.get('S');
  const code = fields.get('C') ?? 'XX000';
  // The server quotes arguments.
  const text = (fields.get('M') ?? '').replaceAll(/"[^"]*"/g, '"..."');
  const error = new HawserError(code, `${code}: ${text}`, { outcome: 'refused' });
  return { isFatal: severity === 'FATAL' || severity === 'PANIC', error };
}

function noticeFrom(body: MessageBody): PostgresPush {
  const fields = readFields(body);
  return { kind: 'notice', code: fields.get('C') ?? '', text: fields.get('M') ?? '' };
}

function notificationFrom(body: MessageBody): PostgresPush {
  body.int32();
  const push: PostgresPush = { kind: 'notification', channel: body.text(), payload: body.text() };
  body.end();
  return push;
}

function parameterFrom(body: MessageBody): PostgresPush {
  const push: PostgresPush = { kind: 'parameter', name: body.text(), value: body.text() };
  body.end();
  return push;
}

function columnsFrom(body: MessageBody): string[] {
  const columns: string[] = [];
  for (let left = body.int16(); left > 0; left -= 1) {
    columns.push(body.text());
    // Table, column, type, its size, its modifier and the format.
    body.skip(18);
  }
  body.end();
  return columns;
}

function startup(user: string): PostgresRequest {
  return requestOf('startup', message('', integers(PROTOCOL_VERSION), texts('user', user, '')));
}

function requestOf(kind: PostgresRequest['kind'], bytes: Buffer): PostgresRequest {
  const { length } = bytes;
  const name = { command: kind, kind, message: bytes };
  return { ...name, bytes: length, repeatable: false, silenceMs: 0, expectsReply: true };
}

function refused(text: string, cause?: HawserError): HawserError {
  return new HawserError('HANDSHAKE_REFUSED', text, { outcome: 'not-sent', cause });
}
