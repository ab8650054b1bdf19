import { connect, type Socket } from 'node:net';
import type { Clock } from '../core/machine/index.ts';
import type { AddedFault, MomentaryFault, ProxyDirection } from './fault.ts';
import { ProxiedDirection, type StreamEnding } from './proxied-direction.ts';

/** How many bytes of one direction have come so far. */
export interface PassedBytes {
  /** Read from the sender. */
  readonly takenBytes: number;
  /** Handed to the receiver's socket, repeated ones among them. */
  readonly passedBytes: number;
}

/** One connection that a {@link FaultProxy} has accepted. What it says changes as the connection goes on. */
export interface ProxyConnection {
  /** 1 for the first that the proxy accepted, and so on. */
  readonly number: number;
  /** `accepted` by the proxy only, `dialling` the server, `open` to it, or `over`: both sockets are closed. */
  readonly state: 'accepted' | 'dialling' | 'open' | 'over';
  readonly toServer: PassedBytes;
  readonly toClient: PassedBytes;
}

/** Bytes as they arrive at a {@link FaultProxy}, before any fault has met them. */
export interface ProxyBytes {
  readonly connection: ProxyConnection;
  readonly direction: ProxyDirection;
  /** A copy: to change it changes nothing. */
  readonly bytes: Buffer;
  /** How many bytes came before these in this direction of this connection. */
  readonly offsetBytes: number;
}

/** What a connection needs to know of its proxy. */
export interface ConnectionContext {
  readonly number: number;
  readonly clock: Clock;
  /** A 32-bit word. */
  readonly seed: number;
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly taken: (event: Omit<ProxyBytes, 'connection'>) => void;
  readonly note: (what: string) => void;
  readonly over: () => void;
}

type State =
  /** Who watches connections is being told of it. */
  | { readonly name: 'new' }
  | { readonly name: 'accepted' }
  | { readonly name: 'dialling' | 'open'; readonly server: Socket }
  | { readonly name: 'over' };

/** Two sockets, and the bytes between them in either direction. */
export class ProxiedConnection implements ProxyConnection {
  readonly number: number;
  readonly toServer: ProxiedDirection;
  readonly toClient: ProxiedDirection;
  /** Settles when both sockets are closed. */
  readonly closed: Promise<void>;
  readonly #context: ConnectionContext;
  readonly #client: Socket;
  /** Those that have not told of their close yet. */
  readonly #sockets = new Set<Socket>();
  #state: State = { name: 'new' };
  #settleClosed = (): void => {};

  /** @param client has to be half-open capable, since a FIN is passed on in its own direction only. */
  constructor(client: Socket, context: ConnectionContext) {
    this.number = context.number;
    this.#context = context;
    this.#client = client;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.toServer = this.#direction('to-server');
    this.toClient = this.#direction('to-client');
    client.setNoDelay(true);
    this.#watch(client, 'client', this.toClient);
    this.toServer.readFrom(client);
    this.toClient.writeTo(client);
  }

  get state(): ProxyConnection['state'] {
    return this.#state.name === 'new' ? 'accepted' : this.#state.name;
  }

  /** Begins with these faults. Before that, none but momentary ones concern it. */
  begin(faults: readonly AddedFault[]): void {
    if (this.#state.name === 'new') this.#state = { name: 'accepted' };
    this.update(faults);
  }

  /** Takes on the faults that hold from now on. */
  update(faults: readonly AddedFault[]): void {
    if (this.#state.name === 'new' || this.#state.name === 'over') return;
    const isSilent = faults.some(({ fault }) => fault.kind === 'accept-then-silence');
    if (this.#state.name === 'accepted' && !isSilent && !this.#client.destroyed) this.#dial();
    this.toServer.update(faults);
    this.toClient.update(faults);
  }

  /** Does a fault that happens now. */
  strike(fault: MomentaryFault): void {
    if (this.#state.name === 'over') return;
    if (fault.kind !== 'half-close') this.#endBoth(fault.kind);
    else if (fault.direction === 'to-server') this.toServer.finish();
    else this.toClient.finish();
  }

  /** Closes both sockets at once. */
  destroy(): void {
    this.#stop((socket) => void socket.destroy());
  }

  #direction(direction: ProxyDirection): ProxiedDirection {
    const { clock, seed, number, taken, note } = this.#context;
    return new ProxiedDirection({
      clock,
      seed,
      connection: number,
      direction,
      taken: (bytes, offsetBytes) => taken({ direction, bytes, offsetBytes }),
      note: (what) => note(`${direction}: ${what}`),
      tear: () => this.#stop(reset),
      cut: (how, behindBytes) => {
        note(`${direction}: cut behind ${behindBytes} bytes (${how})`);
        this.#endBoth(how);
      },
    });
  }

  #dial(): void {
    const { target, note } = this.#context;
    const server = connect({ ...target, allowHalfOpen: true });
    this.#state = { name: 'dialling', server };
    this.#watch(server, 'server', this.toServer);
    this.toClient.readFrom(server);
    server.once('connect', () => {
      if (this.#state.name !== 'dialling') return;
      this.#state = { name: 'open', server };
      server.setNoDelay(true);
      note('server accepted');
      this.toServer.writeTo(server);
    });
  }

  /** @param incoming the direction whose receiver this socket is */
  #watch(socket: Socket, side: 'client' | 'server', incoming: ProxiedDirection): void {
    const { note } = this.#context;
    socket.on('error', (error: NodeJS.ErrnoException) =>
      note(`${side} failed: ${error.code ?? error.message}`),
    );
    socket.on('end', () => note(`${side} ended`));
    this.#sockets.add(socket);
    socket.on('close', () => {
      incoming.abandon();
      this.#sockets.delete(socket);
      if (this.#sockets.size > 0) return;
      this.#state = { name: 'over' };
      this.#context.over();
      this.#settleClosed();
    });
  }

  #endBoth(how: StreamEnding): void {
    if (how === 'reset') return this.#stop(reset);
    this.toServer.finish();
    this.toClient.finish();
  }

  #stop(close: (socket: Socket) => void): void {
    this.toServer.abandon();
    this.toClient.abandon();
    close(this.#client);
    if ('server' in this.#state) close(this.#state.server);
  }
}

/** Destroys a socket with an RST where there is such a thing: not on a Unix socket, nor before it is connected. */
function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // A reset fails, and the socket stays open for ever, while the system has yet to carry out the FIN.
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isEnding) socket.once('finish', () => reset(socket));
  else if (socket.connecting || socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
