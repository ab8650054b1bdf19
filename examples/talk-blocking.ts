// The other way to share a connection, as the talk has it: the socket is checked out, the caller sends and receives on it
// alone and checks it in again. Whoever comes meanwhile is told `checked_out`, or waits in a queue.
// (Made to be read: a Pool has more than one connection, and takes care of those who forget to check in.)
//
//   npm run build && npx tsc -p examples
//   REDIS_URL=redis://localhost:6379 node build/examples/talk-blocking.js
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  Connection,
  type CallDirective,
  type ConnectDirective,
  type ConnectionHandle,
  type DisconnectDirective,
  type From,
  type InitDirective,
  type MessageDirective,
  type SocketMessage,
} from 'hawser';

type Answer = Socket | 'checked_out' | 'closed';
type Checkin = { readonly checkin: Socket };
type Options = { readonly host: string; readonly port: number; readonly maxQueue: number };

interface State {
  readonly options: Options;
  readonly line: { readonly is: 'down' } | { readonly is: 'free' | 'lent'; readonly socket: Socket };
  readonly queue: From<Answer>[];
}

class BlockingClient extends Connection<State, 'checkout', Answer, Checkin, never, Options> {
  override init(options: Options): InitDirective<State> {
    return { do: 'connect', info: 'init', state: { options, line: { is: 'down' }, queue: [] } };
  }

  override async connect(_info: unknown, state: State): Promise<ConnectDirective<State>> {
    const socket = connect(state.options);
    try {
      await once(socket, 'connect', { signal: AbortSignal.any([this.signal, AbortSignal.timeout(5_000)]) });
    } catch (cause) {
      socket.destroy();
      return { do: 'backoff', cause, state };
    }
    this.own(socket, { active: false }); // Only its end comes to handleInfo: its data is for whoever has checked it out.
    return { do: 'ok', state: handOn(state, socket) };
  }

  override handleCall(_: 'checkout', from: From<Answer>, state: State): CallDirective<State, Answer> {
    const { line, queue, options } = state;
    if (line.is === 'free') {
      queue.push(from);
      return { do: 'no-reply', state: handOn(state, line.socket) };
    }
    if (queue.length >= options.maxQueue) {
      return { do: 'reply', value: line.is === 'lent' ? 'checked_out' : 'closed', state };
    }
    queue.push(from);
    return { do: 'no-reply', state };
  }

  override handleCast({ checkin: socket }: Checkin, state: State): MessageDirective<State> {
    if (socket.readableLength > 0) socket.destroy(); // What was not read must not be the next caller's answer.
    // A socket that is closed, or of a connection before this one, is nobody's.
    const isOurs = state.line.is === 'lent' && state.line.socket === socket && !socket.destroyed;
    return { do: 'no-reply', state: isOurs ? handOn(state, socket) : state };
  }

  override handleInfo(message: SocketMessage, state: State): MessageDirective<State> {
    return { do: 'disconnect', info: message.type === 'error' ? message.error : undefined, state };
  }

  override disconnect(cause: unknown, state: State): DisconnectDirective<State> {
    return { do: 'backoff', cause, state: { ...state, line: { is: 'down' } } };
  }
}

/** Lends the socket to the first in the queue who is still there. One that is lent to somebody who has left never comes back. */
function handOn(state: State, socket: Socket): State {
  for (let next = state.queue.shift(); next !== undefined; next = state.queue.shift()) {
    if (Connection.reply(next, socket)) return { ...state, line: { is: 'lent', socket } };
  }
  return { ...state, line: { is: 'free', socket } };
}

/** All of the work is the caller's: it sends, receives and makes sense of what it received. */
async function ask(
  client: ConnectionHandle<'checkout', Answer, Checkin, never>,
  command: string,
): Promise<string> {
  const socket = await client.call('checkout');
  if (typeof socket === 'string') return socket;
  try {
    socket.write(`${command}\r\n`);
    const line = await receiveLine(socket);
    client.cast({ checkin: socket });
    return line;
  } catch (error) {
    socket.destroy(); // The answer may still come, and must not be the next caller's.
    throw error;
  }
}

async function receiveLine(socket: Socket): Promise<string> {
  const late = setTimeout(() => socket.destroy(new Error('no answer within a second')), 1_000);
  try {
    let line = '';
    for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
      line += String(bytes);
      if (line.endsWith('\r\n')) return line.trimEnd();
    }
    throw new Error('closed by Redis');
  } finally {
    clearTimeout(late);
  }
}

const { hostname: host, port } = new URL(process.env['REDIS_URL'] ?? 'redis://localhost');
const address = { host, port: Number(port) || 6379 };
const key = `hawser:example:${process.pid}`;
const three = [`INCR ${key}`, `INCR ${key}`, `INCR ${key}`];

{
  await using client = await BlockingClient.connect({ ...address, maxQueue: 0 });
  console.log('no queue:', await Promise.all(three.map((command) => ask(client, command))));
}

{
  await using client = await BlockingClient.connect({ ...address, maxQueue: 100 });
  console.log('a queue:', await Promise.all(three.map((command) => ask(client, command))));
  console.log('and then:', await ask(client, `DEL ${key}`));
}
