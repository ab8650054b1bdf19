import type { Socket } from 'node:net';
import { systemEnvironment, type Clock, type WaitOptions } from '../../core/index.ts';
import { socketDuplex, type ByteDuplex } from '../byte-duplex.ts';
import {
  anObject,
  checkOptions,
  CLOCK,
  FUNCTION,
  optional,
  TEXT,
  type Expectations,
} from '../check-options.ts';
import { LOOPBACK_HOST, LoopbackListener } from '../loopback-listener.ts';
import { Conditions } from './conditions.ts';
import { bytesCodec, type MessageCodec } from './message-codec.ts';
import { AttemptRecord, type ScriptedAttempt } from './scripted-attempt.ts';
import { ScriptedPeer } from './scripted-peer.ts';

/**
 * The server's part in one connection. When it is over and the stream has not ended, the connection stays open and silent
 * until the client leaves. When it throws, the connection is reset and the error is on record.
 */
export type PeerScript<Incoming = Buffer, Outgoing = string | Uint8Array> = (
  peer: ScriptedPeer<Incoming, Outgoing>,
) => Promise<void> | void;

/** How a {@link ScriptedServer} is set up. */
export interface ScriptedServerOptions<Incoming = Buffer, Outgoing = string | Uint8Array> {
  /**
   * What happens to each attempt to connect, in their order. `'refuse'`: on a simulated network the dial is refused; a real
   * listener has accepted by then, and resets the connection.
   */
  readonly scripts: readonly (PeerScript<Incoming, Outgoing> | 'refuse')[];
  /** What happens to attempts beyond the scripts. `'repeat-last'` plays the last script again. Default `'reset'`. */
  readonly beyond?: 'reset' | 'refuse' | 'repeat-last' | undefined;
  /** What `receive()` and `send()` speak. Default: bytes as they come, `bytesCodec`. */
  readonly codec?: MessageCodec<Incoming, Outgoing> | undefined;
  /** For the times on record, and for waits. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const BEYOND = ['reset', 'refuse', 'repeat-last'] as const;
const EXPECTATIONS: Expectations<ScriptedServerOptions> = {
  scripts: { expected: 'an array', accepts: Array.isArray },
  ...optional({
    beyond: TEXT,
    codec: anObject('an object with decode and encode', { decode: FUNCTION, encode: FUNCTION }),
    clock: CLOCK,
  }),
};

/**
 * A server with one script for each attempt to connect, which says in terms of bytes or of messages what it takes and sends:
 * for what real servers rarely do. The same scripts run on a simulated network, `network.listen(endpoint, server.accept)`,
 * and over real sockets, `await ScriptedServer.start({ scripts })`.
 *
 * ```ts
 * await using server = await ScriptedServer.start({
 *   codec: respCodec,
 *   scripts: [
 *     async (peer) => {
 *       const [name] = await peer.receive();
 *       peer.sendBytes('-LOAD'); // half of a reply, and then the end
 *       peer.end();
 *     },
 *     'refuse',
 *   ],
 * });
 * ```
 *
 * Everything that arrives is kept on record: it is for tests of megabytes, not of gigabytes.
 */
export class ScriptedServer<Incoming = Buffer, Outgoing = string | Uint8Array> implements AsyncDisposable {
  /** Listens at a port of 127.0.0.1. Resolves when it does. Rejects as the constructor throws. */
  static async start<In = Buffer, Out = string | Uint8Array>(
    options: ScriptedServerOptions<In, Out>,
  ): Promise<ListeningScriptedServer<In, Out>> {
    const server = new ListeningScriptedServer(options);
    await server.open();
    return server;
  }

  readonly #options: ScriptedServerOptions<Incoming, Outgoing>;
  readonly #clock: Clock;
  readonly #codec: MessageCodec<Incoming, Outgoing>;
  readonly #attempts: AttemptRecord<Incoming>[] = [];
  readonly #failures: Error[] = [];
  readonly #conditions: Conditions;
  readonly #peers: ScriptedPeer<Incoming, Outgoing>[] = [];
  #isClosed = false;

  /** Throws a TypeError or a RangeError for options that make no sense. */
  constructor(options: ScriptedServerOptions<Incoming, Outgoing>) {
    checkOptions('ScriptedServer', options, EXPECTATIONS);
    checkScripts(options);
    const { clock = systemEnvironment.clock, codec = bytesCodec } = options;
    this.#options = { ...options, scripts: [...options.scripts] };
    this.#clock = clock;
    // Who gives none has the messages that are the defaults of the types.
    this.#codec = codec as MessageCodec<Incoming, Outgoing>;
    this.#conditions = new Conditions(clock);
  }

  /** All attempts to connect so far, oldest first, those too that were refused. */
  get attempts(): readonly ScriptedAttempt<Incoming>[] {
    return this.#attempts;
  }

  /** What scripts have thrown: what they took was not what they expected. A test asserts that it is empty. */
  get failures(): readonly Error[] {
    return this.#failures;
  }

  /**
   * Plays the next script on a connection. May be handed on by itself, to `listen` of a simulated network, or with
   * `socketDuplex` to a server of Node's.
   */
  readonly accept = (duplex: ByteDuplex): 'refuse' | undefined => {
    if (this.#isClosed) return 'refuse';
    const record = new AttemptRecord<Incoming>(this.#attempts.length + 1, this.#clock.now());
    this.#attempts.push(record);
    const script = this.#scriptOf(record.number);
    if (script === 'refuse') record.end('server', 'refused', record.openedAtMs);
    else if (script === 'reset') {
      record.end('server', 'reset', record.openedAtMs);
      duplex.reset();
    } else void this.#play(script, duplex, record);
    this.#conditions.look();
    return script === 'refuse' ? script : undefined;
  };

  /** Resolves with an attempt, by its number from 1, as soon as it is made. */
  attempt(number: number, wait?: WaitOptions): Promise<ScriptedAttempt<Incoming>> {
    const attempt = (): ScriptedAttempt<Incoming> | undefined => this.#attempts[number - 1];
    const instead = (): string => `there were ${this.#attempts.length}`;
    return this.#conditions.until(`attempt ${number}`, attempt, instead, wait);
  }

  /**
   * Resolves when there was an attempt for each script, and all scripts that were begun are over. Rejects with the error of
   * the first script that fails.
   */
  async played(wait?: WaitOptions): Promise<void> {
    const isOver = (): true | undefined => {
      const [failure] = this.#failures;
      if (failure !== undefined) throw failure;
      const isBegun = this.#attempts.length >= this.#options.scripts.length;
      return isBegun && this.#playing.length === 0 ? true : undefined;
    };
    const instead = (): string => {
      const begun = `${this.#attempts.length} of ${this.#options.scripts.length} attempts were made`;
      return `${begun}, scripts that are not over: ${this.#playing.join(', ') || 'none'}`;
    };
    await this.#conditions.until('the scripts', isOver, instead, wait);
  }

  /** Resets every connection and refuses new ones. What scripts throw from now on is not on record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const peer of this.#peers) if (peer.attempt.ending === undefined) peer.reset();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Numbers of the attempts whose scripts are not over. */
  get #playing(): number[] {
    return this.#attempts.filter(({ script }) => script === 'playing').map(({ number }) => number);
  }

  #scriptOf(number: number): PeerScript<Incoming, Outgoing> | 'refuse' | 'reset' {
    const { scripts, beyond = 'reset' } = this.#options;
    const last = beyond === 'repeat-last' ? scripts.at(-1) : beyond;
    return scripts[number - 1] ?? last ?? 'reset';
  }

  async #play(
    script: PeerScript<Incoming, Outgoing>,
    duplex: ByteDuplex,
    record: AttemptRecord<Incoming>,
  ): Promise<void> {
    const peer = new ScriptedPeer(duplex, this.#codec, this.#clock, record);
    this.#peers.push(peer);
    record.script = 'playing';
    try {
      await script(peer);
      record.script = 'over';
      // Nobody else will end this side when the client leaves, or has left.
      void peer.closed().then(() => duplex.end());
    } catch (error) {
      record.script = 'failed';
      // A script that the end of the server has ended is not to blame.
      if (!this.#isClosed) this.#failures.push(error instanceof Error ? error : new Error(String(error)));
      peer.reset();
    }
    this.#conditions.look();
  }
}

/** A {@link ScriptedServer} that listens at a port of 127.0.0.1. */
export class ListeningScriptedServer<
  Incoming = Buffer,
  Outgoing = string | Uint8Array,
> extends ScriptedServer<Incoming, Outgoing> {
  readonly host: string = LOOPBACK_HOST;
  readonly #listener: LoopbackListener;
  readonly #sockets = new Set<Socket>();

  constructor(options: ScriptedServerOptions<Incoming, Outgoing>) {
    super(options);
    this.#listener = new LoopbackListener({
      clock: options.clock ?? systemEnvironment.clock,
      accept: (socket) => this.#accept(socket),
      note: () => {},
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Host and port, as clients of Hawser take them. */
  get endpoint(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.port };
  }

  /** To be called once. Rejects when no port is found. */
  open(): Promise<void> {
    return this.#listener.open();
  }

  /** Closes the port and every connection, at once. What scripts throw from now on is not on record. Resolves when nothing is left. */
  override async close(): Promise<void> {
    await super.close();
    const closed = this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // What a script sends in two goes arrives in two, as far as that is up to this side.
    socket.setNoDelay(true);
    const duplex = socketDuplex(socket);
    if (this.accept(duplex) === 'refuse') duplex.reset();
  }
}

function checkScripts({
  scripts,
  beyond = 'reset',
}: Pick<ScriptedServerOptions<never, never>, 'scripts' | 'beyond'>): void {
  for (const [index, script] of scripts.entries()) {
    if (typeof script === 'function' || script === 'refuse') continue;
    throw new TypeError(`scripts[${index}]: expected a function or 'refuse', got ${String(script)}`);
  }
  if (!BEYOND.includes(beyond)) {
    throw new RangeError(`beyond: expected one of ${BEYOND.join(', ')}, got ${beyond}`);
  }
  if (beyond === 'repeat-last' && scripts.length === 0) {
    throw new RangeError('beyond: there is no last script to repeat');
  }
}
