import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FaultProxy, type FaultProxyOptions, type ProxyConnection } from 'hawser/testing';
import { onTestFinished } from 'vitest';
import { plainServer, type LoopbackServer } from '../support/loopback.ts';

/** One end of a connection through the proxy, and what has arrived there. */
export class Side {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  /** How the other side's stream has ended, as this end sees it. */
  ending: 'end' | 'reset' | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#chunks.push(bytes));
    socket.on('end', () => (this.ending ??= 'end'));
    socket.on('error', () => (this.ending = 'reset'));
    onTestFinished(() => void socket.destroy());
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** The sizes in which the bytes came. */
  get sizes(): number[] {
    return this.#chunks.map(({ length }) => length);
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Resolves when this has arrived, and nothing else. */
  arrived(text: string): Promise<void> {
    return turnsUntil(() => this.text === text);
  }

  ended(): Promise<'end' | 'reset'> {
    return turnsUntil(() => this.ending !== undefined).then(() => this.ending as 'end' | 'reset');
  }
}

/** A proxy before a server of the test's own. Gone when the test is over. */
export interface Stage {
  readonly proxy: FaultProxy;
  readonly server: LoopbackServer;
  /** Connects a client, and waits for the server's side unless it is told not to. */
  connect(): Promise<{ client: Side; server: Side; connection: ProxyConnection }>;
  connectAlone(): Promise<{ client: Side; connection: ProxyConnection }>;
}

export async function stage(options: Omit<FaultProxyOptions, 'target'> = {}): Promise<Stage> {
  const server = await plainServer(() => {}, { allowHalfOpen: true });
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port }, ...options });
  const connectAlone: Stage['connectAlone'] = async () => {
    const count = proxy.connections.length;
    const client = await clientOf(proxy);
    await turnsUntil(() => proxy.connections.length > count);
    return { client, connection: proxy.connections.at(-1) as ProxyConnection };
  };
  return {
    proxy,
    server,
    connectAlone,
    connect: async () => {
      const count = server.accepted.length;
      const { client, connection } = await connectAlone();
      const side = new Side(await server.socket(count + 1));
      await turnsUntil(() => connection.state === 'open');
      return { client, server: side, connection };
    },
  };
}

export async function startProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(options);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(proxy.log.join('\n'));
    await proxy.close();
  });
  return proxy;
}

/** A client that is connected to the proxy. */
export async function clientOf({ host, port }: FaultProxy): Promise<Side> {
  const socket = connect({ host, port, allowHalfOpen: true });
  const side = new Side(socket);
  await once(socket, 'connect');
  return side;
}

/** Lets the event loop turn until it is true. */
export async function turnsUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await turn();
}

/** Lets the event loop turn often enough for anything to happen that is about to. */
export async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
