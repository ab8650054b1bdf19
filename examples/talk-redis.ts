// The Redis client of the talk that Hawser comes from, as a Connection: one owner of the socket, a queue of callers, replies
// handed back as they come. What else one can connect to is written in the same way.
// (Made to be read: for Redis there is hawser/redis, which also finds silent servers, decodes everything, and much more.)
//
//   npm run build && npx tsc -p examples
//   REDIS_URL=redis://localhost:6379 node build/examples/talk-redis.js
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  Connection,
  HawserError,
  type CallDirective,
  type ConnectDirective,
  type DisconnectDirective,
  type From,
  type InitDirective,
  type MessageDirective,
  type Outcome,
  type SocketMessage,
} from 'hawser';

type Command = readonly string[];
type Reply = string | number | null;
type Address = { readonly host: string; readonly port: number };

interface State {
  readonly address: Address;
  /** `undefined` while there is no connection. */
  readonly socket?: Socket;
  /** Who waits for a reply, in the order in which replies come. */
  readonly callers: From<Reply>[];
  /** The beginning of a reply that is not complete. */
  readonly unread: Buffer;
}

const CONNECT_WITHIN_MS = 5_000;
const CALLERS_MAX = 10_000;
const TEXT_BYTES_MAX = 1_048_576;

const down = (address: Address): State => ({ address, callers: [], unread: Buffer.alloc(0) });

class TalkRedis extends Connection<State, Command, Reply, never, never, Address> {
  override init(address: Address): InitDirective<State> {
    return { do: 'connect', info: 'init', state: down(address) };
  }

  override async connect(_info: unknown, state: State): Promise<ConnectDirective<State>> {
    const socket = connect(state.address);
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(CONNECT_WITHIN_MS)]);
      await once(socket, 'connect', { signal });
    } catch (cause) {
      socket.destroy();
      return { do: 'backoff', cause, state };
    }
    this.own(socket); // What happens to it comes to handleInfo from now on.
    return { do: 'ok', state: { ...state, socket } };
  }

  override handleCall(command: Command, from: From<Reply>, state: State): CallDirective<State, Reply> {
    const { socket, callers } = state;
    if (socket === undefined) {
      Connection.refuse(from, failure('NOT_CONNECTED', 'there is no connection', 'not-sent'));
    } else if (callers.length >= CALLERS_MAX) {
      Connection.refuse(from, failure('OVERLOADED', 'too many wait for a reply', 'not-sent'));
    } else {
      socket.write(encode(command));
      callers.push(from); // Answered when the reply comes. Who leaves before that keeps the place in the queue.
    }
    return { do: 'no-reply', state };
  }

  override handleInfo(message: SocketMessage, state: State): MessageDirective<State> {
    if (message.type === 'error') return { do: 'disconnect', info: message.error, state };
    if (message.type === 'closed') return { do: 'disconnect', info: new Error('closed by Redis'), state };
    let unread = Buffer.concat([state.unread, message.bytes]);
    try {
      for (let next = parse(unread); next !== undefined; next = parse(unread)) {
        answer(state.callers.shift(), next.reply);
        unread = unread.subarray(next.end);
      }
    } catch (violation) {
      return { do: 'disconnect', info: violation, state };
    }
    return { do: 'no-reply', state: { ...state, unread } };
  }

  override disconnect(cause: unknown, { address, callers }: State): DisconnectDirective<State> {
    // What they asked was sent, and may have run.
    const lost = failure('CONNECTION_LOST', 'the connection was lost', 'unknown', cause);
    for (const from of callers) Connection.refuse(from, lost);
    return { do: 'backoff', cause, state: down(address) };
  }
}

function failure(code: string, message: string, outcome: Outcome, cause?: unknown): HawserError {
  return new HawserError(code, message, { outcome, cause });
}

function answer(from: From<Reply> | undefined, reply: Reply | HawserError): void {
  if (from === undefined) throw new Error('a reply to nothing');
  if (reply instanceof HawserError) Connection.refuse(from, reply);
  else Connection.reply(from, reply);
}

function encode(command: Command): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${words.join('')}`;
}

/** The reply at the beginning of `bytes`, and where it ends; `undefined` while it is not complete. Knows no arrays. */
function parse(bytes: Buffer): { reply: Reply | HawserError; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n');
  if (lineEnd === -1 && bytes.length > TEXT_BYTES_MAX) throw new Error('a line without end');
  if (lineEnd === -1) return undefined;
  const line = bytes.toString('utf8', 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[0] ?? 0)) {
    case '+':
      return { reply: line, end };
    case ':':
      return { reply: integer(line), end };
    case '-':
      return { reply: failure(line.split(' ', 1)[0] ?? '', line, 'refused'), end };
    case '$': {
      const length = integer(line);
      if (length === -1) return { reply: null, end };
      if (length > TEXT_BYTES_MAX) throw new Error(`a text of more than ${TEXT_BYTES_MAX} bytes`);
      if (bytes.length < end + length + 2) return undefined;
      return { reply: bytes.toString('utf8', end, end + length), end: end + length + 2 };
    }
    default:
      throw new Error('a reply of an unknown kind');
  }
}

function integer(line: string): number {
  if (!/^-?\d{1,15}$/.test(line)) throw new Error('a number that is none');
  return Number(line);
}

const { hostname: host, port } = new URL(process.env['REDIS_URL'] ?? 'redis://localhost');
const key = `hawser:example:${process.pid}`;

// TalkRedis.start would resolve before there is a connection: what is available then is its manager.
await using redis = await TalkRedis.connect({ host, port: Number(port) || 6379 });
const states: string[] = [];
redis.onState(({ to }) => states.push(to));

// Many callers, one socket: all of it is on the way before the first reply is back.
const commands = [
  ['SET', key, 'ahoy'],
  ['GET', key],
  ['INCR', key],
  ['STRLEN', key],
];
for (const result of await Promise.allSettled(commands.map((command) => redis.call(command)))) {
  console.log(result.status === 'fulfilled' ? result.value : String(result.reason));
}

// Redis hangs up on us while a call is in flight: its caller is told, and the connection comes back by itself.
const id = await redis.call(['CLIENT', 'ID']);
const cut = redis.call(['CLIENT', 'KILL', 'ID', String(id), 'SKIPME', 'no']);
const inFlight = redis.call(['GET', key]);
await inFlight.catch(({ code, outcome }: HawserError) => console.log(`in flight: ${outcome} (${code})`));
console.log('cut:', await cut);
await redis.ready();
console.log('again:', await redis.call(['GETDEL', key]), states.join(' '));
