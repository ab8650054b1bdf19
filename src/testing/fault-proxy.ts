import type { Socket } from 'node:net';
import { systemEnvironment, type Clock } from '../core/index.ts';
import {
  checkOptions,
  CLOCK,
  isArrayOf,
  isObject,
  NUMBER,
  optional,
  type Expectations,
} from './check-options.ts';
import {
  checkFault,
  describeFault,
  isMomentary,
  type AddedFault,
  type Fault,
  type LastingFault,
} from './fault.ts';
import {
  ProxiedConnection,
  type PassedBytes,
  type ProxyBytes,
  type ProxyConnection,
} from './proxied-connection.ts';
import { LOOPBACK_HOST, LoopbackListener } from './loopback-listener.ts';
import { EventLog } from './event-log.ts';
import { SeededRandom } from './seeded-random.ts';

/** Where the server behind a {@link FaultProxy} listens: at a TCP port or a Unix socket. */
export type ProxyTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** How a {@link FaultProxy} is started. */
export interface FaultProxyOptions {
  readonly target: ProxyTarget;
  /** Any safe integer, for what is left to chance: jitter and the sizes of slices. Default 1. */
  readonly seed?: number;
  /** What holds from the beginning, for all connections. Default: nothing. */
  readonly faults?: readonly LastingFault[];
  /** Default: the system's. What a virtual clock decides is when bytes go on; they travel over real sockets. */
  readonly clock?: Clock;
}

/** Whom a fault concerns. */
export interface AddFaultOptions {
  /** The number of one connection, which may be yet to come. Default: all of them, and those to come. */
  readonly connection?: number;
}

const EXPECTATIONS: Expectations<FaultProxyOptions> = {
  target: { expected: '{ host, port } or { path }', accepts: isTarget },
  ...optional({
    seed: NUMBER,
    faults: { expected: 'an array of faults', accepts: (faults) => isArrayOf(faults, isObject) },
    clock: CLOCK,
  }),
};

/** Connections that are over are forgotten, oldest first, when the proxy knows more than so many. */
const CONNECTIONS_MAX = 1_000;
const SEED_MAX = 2 ** 32 - 1;

/**
 * A TCP proxy in this process that does to connections what networks do: to be put between a client and its server
 * in tests. Listens at a port of 127.0.0.1. Without faults it passes everything on, endings too, and makes each side
 * wait for the other as a direct connection would.
 *
 * What is wrong with a connection is never thrown, but in the {@link FaultProxy.log}. With the same seed the same
 * faults meet the same bytes.
 */
export class FaultProxy implements AsyncDisposable {
  /** Resolves when it listens. Rejects with a TypeError or a RangeError for options that make no sense. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    checkOptions('FaultProxy', options, EXPECTATIONS);
    checkTarget(options.target);
    options.faults?.forEach(checkFault);
    const proxy = new FaultProxy(options);
    await proxy.#listener.open();
    for (const fault of options.faults ?? []) proxy.add(fault);
    return proxy;
  }

  readonly host: string = LOOPBACK_HOST;
  readonly #target: ProxyTarget;
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #log: EventLog;
  readonly #listener: LoopbackListener;
  readonly #faults = new Set<AddedFault>();
  readonly #connections = new Map<number, ProxiedConnection>();
  readonly #connectionListeners = new Set<(connection: ProxyConnection) => void>();
  readonly #bytesListeners = new Set<(event: ProxyBytes) => void>();
  #acceptedCount = 0;

  private constructor({ target, seed = 1, clock = systemEnvironment.clock }: FaultProxyOptions) {
    this.#target = target;
    this.#clock = clock;
    this.#seed = new SeededRandom(seed).integer(0, SEED_MAX);
    this.#log = new EventLog(clock);
    this.#listener = new LoopbackListener({
      clock,
      accept: (client) => this.#accept(client),
      note: (what) => this.#log.add(what),
    });
  }

  /** Stays the same while the proxy refuses connections. */
  get port(): number {
    return this.#listener.port;
  }

  /** Host and port, as clients of Hawser take them. */
  get endpoint(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.port };
  }

  /** The connections that were accepted, oldest first: all that are not over, and of the others the last ones, up to 1,000 in all. */
  get connections(): readonly ProxyConnection[] {
    return [...this.#connections.values()];
  }

  /** What the proxy did, with milliseconds since its start: the last 1,000 lines. For a failing test to print. */
  get log(): readonly string[] {
    return this.#log.lines;
  }

  /**
   * Adds a fault, which holds at once. Returns what removes it again; a momentary one is over by then.
   *
   * Throws a RangeError for numbers that make no sense, and for a `refuse` that is to concern one connection only.
   */
  add(fault: Fault, { connection }: AddFaultOptions = {}): () => void {
    checkFault(fault);
    if (fault.kind === 'refuse' && connection !== undefined) {
      throw new RangeError(
        'refuse: a connection that was refused has no number, so this concerns all of them',
      );
    }
    this.#note(connection, describeFault(fault));
    if (isMomentary(fault)) {
      for (const one of this.#concerned(connection)) one.strike(fault);
      return () => {};
    }
    const added: AddedFault = { fault, connection };
    this.#faults.add(added);
    this.#update();
    return () => {
      if (!this.#faults.delete(added)) return;
      this.#note(connection, `no more ${describeFault(fault)}`);
      this.#update();
    };
  }

  /** Removes all faults. What they held back goes on. */
  clear(): void {
    if (this.#faults.size === 0) return;
    this.#faults.clear();
    this.#log.add('no more faults');
    this.#update();
  }

  /**
   * Calls back for each connection when it is accepted, before anything is done about it: faults that are added
   * then count from its first byte. Returns what removes the listener again. What it throws is a warning of the process.
   */
  onConnection(listener: (connection: ProxyConnection) => void): () => void {
    return subscribe(this.#connectionListeners, listener);
  }

  /**
   * Calls back for bytes as they arrive, in either direction, before anything is done about them: faults that are
   * added then concern them. Returns what removes the listener again. What it throws is a warning of the process.
   */
  onBytes(listener: (event: ProxyBytes) => void): () => void {
    return subscribe(this.#bytesListeners, listener);
  }

  /** Closes the port and every connection, at once; what is on its way is lost. Resolves when nothing is left. */
  async close(): Promise<void> {
    const closed = this.#listener.close();
    const open = this.#concerned(undefined);
    for (const connection of open) connection.destroy();
    await Promise.all([closed, ...open.map((connection) => connection.closed)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    const number = (this.#acceptedCount += 1);
    const note = (what: string): void => this.#note(number, what);
    note('accepted');
    const connection: ProxiedConnection = new ProxiedConnection(client, {
      number,
      clock: this.#clock,
      seed: this.#seed,
      target: this.#target,
      taken: (event) => this.#taken({ connection, ...event }),
      note,
      over: () => {
        const { toServer, toClient } = connection;
        note(`over; to-server: ${bytesOf(toServer)}; to-client: ${bytesOf(toClient)}`);
        this.#forget();
      },
    });
    this.#connections.set(number, connection);
    this.#tell(this.#connectionListeners, connection);
    connection.begin(this.#faultsOf(number));
  }

  #taken(event: ProxyBytes): void {
    if (this.#bytesListeners.size === 0) return;
    this.#tell(this.#bytesListeners, { ...event, bytes: Buffer.from(event.bytes) });
  }

  #update(): void {
    this.#listener.isRefusing = [...this.#faults].some(({ fault }) => fault.kind === 'refuse');
    for (const connection of this.#concerned(undefined)) connection.update(this.#faultsOf(connection.number));
  }

  #faultsOf(number: number): AddedFault[] {
    return [...this.#faults].filter(({ connection }) => connection === undefined || connection === number);
  }

  /** The connection of that number, or all of them, that are not over. */
  #concerned(number: number | undefined): ProxiedConnection[] {
    return [...this.#connections.values()].filter(
      (connection) => connection.state !== 'over' && (number === undefined || connection.number === number),
    );
  }

  #forget(): void {
    for (const [number, { state }] of this.#connections) {
      if (this.#connections.size <= CONNECTIONS_MAX) return;
      if (state === 'over') this.#connections.delete(number);
    }
  }

  #tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        this.#log.add(`a listener threw: ${String(error)}`);
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  #note(connection: number | undefined, what: string): void {
    this.#log.add(connection === undefined ? what : `#${connection} ${what}`);
  }
}

function subscribe<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): () => void {
  // Its own function each time, so that one added twice is removed one by one.
  const own = (value: T): void => listener(value);
  listeners.add(own);
  return () => void listeners.delete(own);
}

function bytesOf({ takenBytes, passedBytes }: PassedBytes): string {
  return `${takenBytes} bytes taken, ${passedBytes} passed on`;
}

function isTarget(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { host, port, path } = value as { host?: unknown; port?: unknown; path?: unknown };
  return typeof path === 'string' || (typeof host === 'string' && typeof port === 'number');
}

function checkTarget(target: ProxyTarget): void {
  if ('path' in target) return;
  const { port } = target;
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RangeError(`target: a port is from 1 to 65535, not ${port}`);
  }
}
