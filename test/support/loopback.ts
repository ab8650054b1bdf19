import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type ServerOpts, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions as TlsServerOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { DialRequest, Endpoint, Transport, TransportListener } from '../../src/core/transport.ts';

/** A server of Node's on loopback, which keeps every socket that it accepted. Gone when the test is over. */
export class LoopbackServer {
  readonly #server: Server;
  /** What the tests talk over. */
  readonly accepted: Socket[] = [];
  /** What TLS, if any, is spoken over. */
  readonly #sockets: Socket[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(
    server: Server,
    connectionEvent: 'connection' | 'secureConnection',
    onSocket: (socket: Socket) => void,
  ) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      this.#sockets.push(socket);
    });
    server.on(connectionEvent, (socket: Socket) => {
      socket.on('error', () => {});
      this.accepted.push(socket);
      onSocket(socket);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    server.on('tlsClientError', () => {});
    onTestFinished(() => {
      for (const socket of this.#sockets) socket.destroy();
      server.close();
    });
  }

  async listen(place: Place): Promise<this> {
    this.#server.listen('path' in place ? place : { ...place, port: 0 });
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The socket accepted as the `count`th, counted from 1. */
  async socket(count = 1): Promise<Socket> {
    while (this.accepted.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.accepted[count - 1] as Socket;
  }

  /** Ends every connection with a reset, and resolves when they are gone on this side. */
  async reset(): Promise<void> {
    for (const socket of this.#sockets) {
      const closed = once(socket, 'close');
      socket.resetAndDestroy();
      await closed;
    }
  }

  /** Stops listening, and resolves when no connection is left. */
  async drained(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Where a server listens: on a port that the system picks, or at the path of a Unix socket. */
type Place = { readonly host: string } | { readonly path: string };

const LOOPBACK: Place = { host: '127.0.0.1' };

export function plainServer(
  onSocket: (socket: Socket) => void,
  options: ServerOpts = {},
  place: Place = LOOPBACK,
): Promise<LoopbackServer> {
  return new LoopbackServer(createServer(options), 'connection', onSocket).listen(place);
}

/** With the certificate for `localhost`, unless told otherwise. */
export function tlsServer(
  onSocket: (socket: Socket) => void,
  options: TlsServerOptions = {},
  place: Place = LOOPBACK,
): Promise<LoopbackServer> {
  const server = createTlsServer({ cert: pem('server.pem'), key: pem('server.key'), ...options });
  return new LoopbackServer(server, 'secureConnection', onSocket).listen(place);
}

/** A file of `test/fixtures/tls`. */
export function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

/** A dial request that nothing ends, unless told otherwise. */
export function requestFor(endpoint: Endpoint, changes: Partial<DialRequest> = {}): DialRequest {
  return { endpoint, startTlsLater: false, signal: new AbortController().signal, ...changes };
}

/** A listener that remembers what it was told, and by which a test waits for it. */
export class Recorder implements TransportListener {
  /** What was consumed so far. */
  consumed: Buffer = Buffer.alloc(0);
  /** What was shown last and not consumed. */
  rest: Buffer = Buffer.alloc(0);
  rooms = 0;
  readonly losses: Error[] = [];
  readonly #take: (bytes: Buffer) => number;
  #wake = (): void => {};

  /** `take` tells how many bytes are consumed; all of them unless given. */
  constructor(take: (bytes: Buffer) => number = (bytes) => bytes.length) {
    this.#take = take;
  }

  static attachedTo(transport: Transport, take?: (bytes: Buffer) => number): Recorder {
    onTestFinished(() => transport.destroy());
    const recorder = new Recorder(take);
    transport.attach(recorder);
    return recorder;
  }

  get text(): string {
    return this.consumed.toString();
  }

  onData(bytes: Buffer): number {
    const count = this.#take(bytes);
    this.consumed = Buffer.concat([this.consumed, bytes.subarray(0, count)]);
    this.rest = Buffer.from(bytes.subarray(count));
    this.#wake();
    return count;
  }

  onRoom(): void {
    this.rooms += 1;
    this.#wake();
  }

  onLost(cause: Error): void {
    this.losses.push(cause);
    this.#wake();
  }

  async until(isTrue: (recorder: this) => boolean): Promise<void> {
    while (!isTrue(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves with why the transport was lost. */
  async lost(): Promise<Error> {
    await this.until(() => this.losses.length > 0);
    return this.losses[0] as Error;
  }
}
