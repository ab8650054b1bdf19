import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';

const pastTheClient = new AsyncLocalStorage<true>();

/** Does something whose sockets are not the client's: what the lab itself asks a server. */
export function uncounted<T>(work: () => T): T {
  return pastTheClient.run(true, work);
}

/**
 * Every attempt of this thread to connect to the ports that are watched, and the sockets that came of them, whichever client
 * makes them, in plain or in TLS. Counted where Node's sockets connect, so that attempts which are refused, or never answered,
 * count too. It does not see sockets of native code.
 */
export class Dials implements Disposable {
  readonly #ports = new Set<number>();
  readonly #open = new Set<Socket>();
  readonly #restore: () => void;
  readonly #losses: number[] = [];
  #count = 0;
  #mostOpen = 0;

  constructor() {
    const { prototype } = Socket;
    const connect = Object.getOwnPropertyDescriptor(prototype, 'connect')!;
    const original = connect.value as (...args: unknown[]) => unknown;
    const see = (socket: Socket): void => this.#see(socket);
    Object.defineProperty(prototype, 'connect', {
      ...connect,
      value(this: Socket, ...args: unknown[]) {
        see(this);
        return original.apply(this, args);
      },
    });
    this.#restore = () => void Object.defineProperty(prototype, 'connect', connect);
  }

  /** Attempts so far. */
  get count(): number {
    return this.#count;
  }

  /** Sockets that are there, those that are connecting or half closed included. */
  get open(): number {
    // The system closes a socket with its destruction; that Node tells of it comes later.
    for (const socket of this.#open) if (socket.destroyed) this.#open.delete(socket);
    return this.#open.size;
  }

  /** The most that were open at once. */
  get mostOpen(): number {
    return this.#mostOpen;
  }

  /** When sockets were closed that had been connected, in milliseconds of `performance.now()`. */
  get lossesMs(): readonly number[] {
    return this.#losses;
  }

  /** Counts attempts to this port, from now on. */
  watch(port: number): void {
    this.#ports.add(port);
  }

  /** Calls back when a socket is closed that is connected now. */
  onLoss(listener: () => void): void {
    for (const socket of this.#open) if (!socket.connecting) socket.once('close', listener);
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  // Until it tries an address, a socket does not say where it goes.
  #see(socket: Socket): void {
    if (pastTheClient.getStore() === true) return;
    socket.on('connectionAttempt', (_address: string, port: number) => {
      if (this.#ports.has(port)) this.#dialled(socket);
    });
  }

  #dialled(socket: Socket): void {
    this.#count += 1;
    this.#open.add(socket);
    const lost = (): unknown => this.#losses.push(performance.now());
    socket.once('connect', () => socket.once('close', lost));
    this.#mostOpen = Math.max(this.#mostOpen, this.open);
  }
}
