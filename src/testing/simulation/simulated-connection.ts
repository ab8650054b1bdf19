import type { Clock, Endpoint } from '../../core/index.ts';
import type { ByteDuplex, StreamEnding } from '../byte-duplex.ts';
import { checkInteger } from '../check-numbers.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { checkAnswer, TLS_ANSWER_KINDS, type TlsAnswer } from './dial-answer.ts';
import type { NetworkConditions } from './network-conditions.ts';
import { SimulatedPath, type CutKind } from './simulated-path.ts';
import { SimulatedTransport, type TransportGround } from './simulated-transport.ts';
import { shownBytes } from './trace.ts';

/** Where and how a connection is cut. */
export interface Cut {
  readonly direction: 'to-server' | 'to-client';
  /** The far end of that direction gets exactly so many bytes more, counted from now. Default 0: cut at once. */
  readonly afterBytes?: number;
  /** `reset`: both sides learn of it. `silence`: neither ever does, as when a cable is pulled. Default `reset`. */
  readonly how?: CutKind;
}

/** The server's side of a simulated connection, and what a test may do to it. */
export interface SimulatedPeer extends ByteDuplex {
  /** 1 for the first connection that the network accepted. */
  readonly number: number;
  readonly endpoint: Endpoint;
  /** When it was accepted, by the clock. */
  readonly openedAtMs: number;
  readonly conditions: NetworkConditions;
  /** Everything that the peer has read. */
  readonly received: Buffer;
  /** Everything that the client handed to its transport, whether or not it got anywhere. */
  readonly written: Buffer;
  /** How often the client started TLS in mid-stream. */
  readonly tlsStarts: number;
  /** The client has neither destroyed nor lost its transport. */
  readonly isOpen: boolean;
  /** Reads nothing: the client's kernel buffer fills up. What the peer sends still arrives. */
  stopReading(): void;
  resumeReading(): void;
  /** Neither reads nor sends, as a stopped process: what it sends meanwhile leaves at `thaw()`. */
  freeze(): void;
  /** Reads what has come meanwhile, and sends what it would have sent. */
  thaw(): void;
  /** Tears the connection at a byte. What the peer answers to the last bytes that it gets is lost. */
  cut(cut: Cut): void;
  /** What the client meets when it starts TLS from now on. Default: it succeeds at once. The bytes stay as they are. */
  answerTls(answer: TlsAnswer): void;
}

/** What a connection needs from its network. */
export interface ConnectionGround {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly number: number;
  readonly endpoint: Endpoint;
  readonly peer: string;
  readonly conditions: NetworkConditions;
  readonly note: (what: string) => void;
  readonly misuse: (what: string) => void;
  readonly over: () => void;
}

/** Both ends of one simulated connection and the paths between them. */
export class SimulatedConnection implements SimulatedPeer {
  readonly number: number;
  readonly endpoint: Endpoint;
  readonly openedAtMs: number;
  readonly conditions: NetworkConditions;
  readonly transport: SimulatedTransport;
  readonly #toServer: SimulatedPath;
  readonly #toClient: SimulatedPath;
  readonly #note: (what: string) => void;
  readonly #received: Buffer[] = [];
  #bytesHandler: ((bytes: Buffer) => void) | undefined;
  #closedHandler: ((ending: StreamEnding) => void) | undefined;
  #hasStoppedReading = false;
  /** What a frozen peer will do when it thaws; `undefined` while it is not frozen. */
  #frozen: (() => void)[] | undefined;
  #tlsStarts = 0;
  #tlsAnswer: TlsAnswer = { kind: 'accept' };

  constructor(ground: ConnectionGround) {
    const { clock, random, conditions, note } = ground;
    this.number = ground.number;
    this.endpoint = ground.endpoint;
    this.openedAtMs = clock.now();
    this.conditions = conditions;
    this.#note = note;
    this.#toServer = new SimulatedPath(clock, random, conditions.toServer, {
      bytes: (bytes) => this.#peerReads(bytes),
      closed: (ending) => this.#peerClosed(ending),
      cut: (how) => this.#cutToServer(how),
    });
    this.#toClient = new SimulatedPath(clock, random, conditions.toClient, {
      bytes: (bytes) => {
        note(`to client: ${shownBytes(bytes)}`);
        this.transport.receive(bytes);
      },
      closed: (ending) => {
        note(`to client: ${ending}`);
        this.transport.lose(ending);
      },
      cut: (how) => this.#cutToClient(how),
    });
    const transportGround: TransportGround = {
      clock,
      peer: ground.peer,
      kernelBufferBytes: () => conditions.kernelBufferBytes,
      misuse: ground.misuse,
      over: ground.over,
      startTls: () => {
        this.#tlsStarts += 1;
        note(`TLS is started, answer: ${this.#tlsAnswer.kind}`);
        return this.#tlsAnswer;
      },
    };
    this.transport = new SimulatedTransport(transportGround, this.#toServer, this.#toClient);
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  get written(): Buffer {
    return this.transport.written;
  }

  get tlsStarts(): number {
    return this.#tlsStarts;
  }

  get isOpen(): boolean {
    return this.transport.isOpen;
  }

  /** Timers that the connection has set on the clock. */
  get pendingTimers(): number {
    return this.#toServer.pendingTimers + this.#toClient.pendingTimers + this.transport.pendingTimers;
  }

  onBytes(handler: (bytes: Buffer) => void): void {
    this.#bytesHandler = handler;
  }

  onClosed(handler: (ending: StreamEnding) => void): void {
    this.#closedHandler = handler;
  }

  send(bytes: string | Uint8Array): void {
    const copy = Buffer.from(bytes);
    this.#unlessFrozen(() => this.#toClient.send(copy));
  }

  end(): void {
    this.#unlessFrozen(() => this.#toClient.close('ended'));
  }

  /** Tears the stream, behind what was sent; also of a frozen peer, whose kernel sees to it. The peer reads no more. */
  reset(): void {
    this.#frozen = undefined;
    this.#toClient.close('reset');
    this.#toServer.halt();
  }

  answerTls(answer: TlsAnswer): void {
    checkAnswer(answer, TLS_ANSWER_KINDS);
    this.#tlsAnswer = answer;
  }

  stopReading(): void {
    this.#hasStoppedReading = true;
    this.#toServer.pause();
  }

  resumeReading(): void {
    this.#hasStoppedReading = false;
    if (this.#frozen === undefined) this.#toServer.resume();
  }

  freeze(): void {
    this.#frozen ??= [];
    this.#toServer.pause();
  }

  thaw(): void {
    const held = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const act of held) act();
    if (!this.#hasStoppedReading) this.#toServer.resume();
  }

  cut({ direction, afterBytes = 0, how = 'reset' }: Cut): void {
    if (direction !== 'to-server' && direction !== 'to-client') {
      throw new RangeError(`cut: direction is to-server or to-client, not ${String(direction)}`);
    }
    if (how !== 'reset' && how !== 'silence') {
      throw new RangeError(`cut: how is reset or silence, not ${String(how)}`);
    }
    checkInteger('cut', 'afterBytes', afterBytes, 0);
    const path = direction === 'to-server' ? this.#toServer : this.#toClient;
    path.cutAfter(afterBytes, how);
  }

  #unlessFrozen(act: () => void): void {
    if (this.#frozen === undefined) act();
    else this.#frozen.push(act);
  }

  #peerReads(bytes: Buffer): void {
    this.#note(`to server: ${shownBytes(bytes)}`);
    this.#received.push(bytes);
    this.#bytesHandler?.(bytes);
    this.transport.peerHasRead();
  }

  #peerClosed(ending: StreamEnding): void {
    this.#note(`to server: ${ending}`);
    const handler = this.#closedHandler;
    this.#closedHandler = undefined;
    handler?.(ending);
  }

  /** The last bytes are about to be read: what the peer answers to them goes nowhere. */
  #cutToServer(how: CutKind): void {
    this.#note(`cut to server: ${how}`);
    if (how === 'reset') this.#toClient.close('reset');
    else this.#toClient.silence();
  }

  /** The client is about to get the last bytes; what it has sent before still arrives. */
  #cutToClient(how: CutKind): void {
    this.#note(`cut to client: ${how}`);
    if (how === 'reset') this.#toServer.close('reset');
    else this.#toServer.silence();
  }
}
