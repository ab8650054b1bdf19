import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  Connection,
  type CallDirective,
  type ConnectDirective,
  type ConnectionHandle,
  type DisconnectDirective,
  type InitDirective,
  type MessageDirective,
  type SocketMessage,
} from 'hawser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plainServer } from '../support/loopback.ts';

type Handle = ConnectionHandle<'socket', Socket | undefined, 'disconnect', never>;

/** Owns a socket without reading it, and writes down what it is told. */
class Lender extends Connection<
  Socket | undefined,
  'socket',
  Socket | undefined,
  'disconnect',
  never,
  number
> {
  static readonly story: string[] = [];
  #port = 0;

  override init(port: number): InitDirective<undefined> {
    this.#port = port;
    Lender.story.length = 0;
    return { do: 'connect', info: 'init', state: undefined };
  }

  override async connect(): Promise<ConnectDirective<Socket>> {
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect', { signal: this.signal });
    this.own(socket, { active: false });
    return { do: 'ok', state: socket };
  }

  override handleCall(
    _: 'socket',
    __: object,
    state: Socket | undefined,
  ): CallDirective<typeof state, typeof state> {
    return { do: 'reply', value: state, state };
  }

  override handleCast(_: 'disconnect', state: Socket | undefined): MessageDirective<typeof state> {
    return { do: 'disconnect', info: 'told', state };
  }

  override handleInfo(message: SocketMessage, state: Socket | undefined): MessageDirective<typeof state> {
    Lender.story.push(message.type);
    return { do: 'disconnect', info: 'lost', state };
  }

  override disconnect(): DisconnectDirective<undefined> {
    return { do: 'no-connect', state: undefined };
  }
}

async function lent(onSocket: (socket: Socket) => void): Promise<{ handle: Handle; socket: Socket }> {
  const server = await plainServer(onSocket);
  const handle = await Lender.connect(server.port);
  onTestFinished(() => handle.close());
  const socket = await handle.call('socket');
  return { handle, socket: socket! };
}

/** Resolves when the connection is down. */
function whenIdle(handle: Handle): Promise<void> {
  return new Promise((resolve) => {
    handle.onState(({ to }) => {
      if (to === 'idle') resolve();
    });
  });
}

describe('a socket that is owned and not active', () => {
  test('leaves its data to whoever reads it', async () => {
    const { socket } = await lent((peer) => peer.write('ahoy'));
    await once(socket, 'readable');
    expect(String(socket.read())).toBe('ahoy');
    expect(Lender.story).toEqual([]);
  });

  test('tells once that its peer has closed it', async () => {
    const { handle, socket } = await lent((peer) => peer.on('data', () => peer.end()));
    const idle = whenIdle(handle);
    socket.write('close');
    await idle;
    expect(Lender.story).toEqual(['closed']);
  });

  test('tells once that it has failed, which needs no listener', async () => {
    const { handle, socket } = await lent(() => {});
    const idle = whenIdle(handle);
    socket.destroy(new Error('the reader gave up'));
    await idle;
    expect(Lender.story).toEqual(['error']);
  });

  test('is destroyed with its connection, and tells nothing then', async () => {
    const { handle, socket } = await lent(() => {});
    const closed = once(socket, 'close');
    handle.cast('disconnect');
    await closed;
    expect([handle.state, Lender.story]).toEqual(['idle', []]);
    expect(socket.listenerCount('error')).toBe(0);
  });
});
