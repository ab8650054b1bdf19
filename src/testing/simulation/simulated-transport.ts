import {
  HawserError,
  type Clock,
  type Timer,
  type Transport,
  type TransportListener,
} from '../../core/index.ts';
import type { StreamEnding } from '../byte-duplex.ts';
import type { TlsAnswer } from './dial-answer.ts';
import type { SimulatedPath } from './simulated-path.ts';

/** What a simulated transport stands on. */
export interface TransportGround {
  readonly clock: Clock;
  readonly peer: string;
  /** Size of the kernel's buffer: bytes that are accepted and that the peer has not read. */
  readonly kernelBufferBytes: () => number;
  /** Notes a break of the transport's contract by its owner. */
  readonly misuse: (what: string) => void;
  /** The transport was destroyed, or lost: it needs no `destroy()` any more. */
  readonly over: () => void;
  /** TLS is started: what the client meets. */
  readonly startTls: () => TlsAnswer;
}

type Phase =
  | { readonly name: 'open' }
  /** TLS is being started; `fail` rejects that. What arrives meanwhile waits, what is written is dropped. */
  | {
      readonly name: 'securing';
      readonly fail: (error: HawserError) => void;
      readonly timer: Timer | undefined;
    }
  | { readonly name: 'lost' }
  | { readonly name: 'destroyed' };

/** What bytes are overwritten with once they are not valid any more. */
const STALE_BYTE = 0xdb;
const BEYOND_LATIN1 = /[\u0100-\uffff]/;
const NOTHING = Buffer.alloc(0);

/** The client's end of a simulated connection. */
export class SimulatedTransport implements Transport {
  readonly peer: string;
  readonly #ground: TransportGround;
  readonly #toServer: SimulatedPath;
  /** From the peer; it waits until somebody listens. */
  readonly #toClient: SimulatedPath;
  readonly #written: Buffer[] = [];
  #listener: TransportListener | undefined;
  #phase: Phase = { name: 'open' };
  #isCorked = false;
  /** Written, and not accepted by the kernel. */
  #backlog: Buffer[] = [];
  #roomTimer: Timer | undefined;
  #unconsumed: Buffer = NOTHING;
  #acceptedBytes = 0;
  #receivedBytes = 0;

  constructor(ground: TransportGround, toServer: SimulatedPath, toClient: SimulatedPath) {
    this.#ground = ground;
    this.peer = ground.peer;
    this.#toServer = toServer;
    this.#toClient = toClient;
    toClient.pause();
  }

  get hasRoom(): boolean {
    return this.#backlog.length === 0;
  }

  get bytesAccepted(): number {
    return this.#acceptedBytes;
  }

  get bytesReceived(): number {
    return this.#receivedBytes;
  }

  /** Neither destroyed nor lost. */
  get isOpen(): boolean {
    return this.#phase.name === 'open' || this.#phase.name === 'securing';
  }

  /** Everything given to `write` while the transport was not destroyed, accepted or not. */
  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  /** One while the kernel is about to accept more, one while TLS takes its time. */
  get pendingTimers(): number {
    const isSecuring = this.#phase.name === 'securing' && this.#phase.timer !== undefined;
    return Number(this.#roomTimer !== undefined) + Number(isSecuring);
  }

  attach(listener: TransportListener): void {
    if (this.#phase.name === 'destroyed') this.#ground.misuse('attach() after destroy()');
    this.#listener = listener;
    this.#toClient.resume();
  }

  write(data: string | Uint8Array, bytes: number): void {
    const encoded = encode(data, bytes);
    if (encoded.length !== bytes) {
      this.#ground.misuse(`write() was told ${bytes} bytes of data that has ${encoded.length}`);
    }
    if (typeof data === 'string' && data.length === bytes && BEYOND_LATIN1.test(data)) {
      this.#ground.misuse('write() was told one byte for each character of text that needs more');
    }
    if (this.#phase.name === 'destroyed' || this.#phase.name === 'securing') return;
    if (this.#listener === undefined) this.#ground.misuse('write() before attach()');
    this.#written.push(Buffer.from(encoded));
    if (this.#phase.name === 'lost' || encoded.length === 0) return;
    this.#backlog.push(encoded);
    if (!this.#isCorked && this.#roomTimer === undefined) this.#accept();
  }

  cork(): void {
    if (this.#isCorked) this.#ground.misuse('cork() while corked');
    this.#isCorked = true;
  }

  uncork(): void {
    if (!this.#isCorked) this.#ground.misuse('uncork() while not corked');
    this.#isCorked = false;
    if (this.isOpen && this.#roomTimer === undefined) this.#accept();
  }

  async startTls(): Promise<void> {
    if (this.#phase.name !== 'open') {
      throw new HawserError('CONNECTION_LOST', 'the transport is not open', { outcome: 'not-sent' });
    }
    if (this.#unconsumed.length > 0) {
      throw new HawserError('PROTOCOL_VIOLATION', 'bytes came in plain text before TLS', {
        outcome: 'not-sent',
      });
    }
    await this.#secure(this.#ground.startTls());
  }

  #secure(answer: TlsAnswer): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#phase = { name: 'open' };
        if (answer.kind === 'fail') {
          this.destroy();
          reject(answer.error);
        } else {
          resolve();
          this.#handOver();
        }
      };
      const afterMs = answer.kind === 'blackhole' ? undefined : answer.afterMs;
      const timer = afterMs === undefined ? undefined : this.#ground.clock.setTimer(settle, afterMs);
      this.#phase = { name: 'securing', fail: reject, timer };
      if (afterMs === undefined && answer.kind !== 'blackhole') settle();
    });
  }

  destroy(): void {
    const phase = this.#phase;
    this.#phase = { name: 'destroyed' };
    this.#listener = undefined;
    if (phase.name === 'lost' || phase.name === 'destroyed') return;
    if (phase.name === 'securing') this.#giveUpTls(phase, 'the transport was destroyed');
    // The kernel still sends what it has accepted.
    this.#toServer.close('ended');
    this.#end();
  }

  /** Bytes that have come from the peer. */
  receive(bytes: Buffer): void {
    if (!this.isOpen) return;
    this.#receivedBytes += bytes.length;
    this.#unconsumed = Buffer.concat([this.#unconsumed, bytes]);
    this.#handOver();
  }

  #handOver(): void {
    const listener = this.#listener;
    if (listener === undefined || this.#phase.name !== 'open' || this.#unconsumed.length === 0) return;
    const offered = Buffer.from(this.#unconsumed);
    const consumed = listener.onData(offered);
    offered.fill(STALE_BYTE);
    if (!this.isOpen) return;
    if (!Number.isInteger(consumed) || consumed < 0 || consumed > offered.length) {
      this.#ground.misuse(`onData() consumed ${consumed} of ${offered.length} bytes`);
    }
    this.#unconsumed = this.#unconsumed.subarray(consumed);
    // A listener that was replaced in the call leaves the rest to its successor.
    if (this.#listener !== listener && this.#unconsumed.length > 0) this.#handOver();
  }

  /** The stream has ended at the peer. */
  lose(ending: StreamEnding): void {
    const phase = this.#phase;
    if (phase.name === 'lost' || phase.name === 'destroyed') return;
    this.#phase = { name: 'lost' };
    this.#toServer.close(ending);
    this.#end();
    // Whoever waits for TLS is told of the loss by its failure.
    if (phase.name === 'securing') this.#giveUpTls(phase, lossOf(ending).message);
    else this.#listener?.onLost(lossOf(ending));
  }

  #giveUpTls({ fail, timer }: Extract<Phase, { name: 'securing' }>, why: string): void {
    if (timer !== undefined) this.#ground.clock.clearTimer(timer);
    fail(new HawserError('CONNECT_FAILED', `no TLS with ${this.peer}: ${why}`, { outcome: 'not-sent' }));
  }

  /** The peer has read: the kernel may accept more, in a step of its own. */
  peerHasRead(): void {
    if (!this.isOpen || this.#backlog.length === 0 || this.#roomTimer !== undefined) return;
    this.#roomTimer = this.#ground.clock.setTimer(() => {
      this.#roomTimer = undefined;
      if (this.#isCorked) this.#ground.misuse('the transport was left corked');
      this.#accept();
      if (this.hasRoom) this.#listener?.onRoom();
    }, 0);
  }

  #accept(): void {
    let room = this.#ground.kernelBufferBytes() - (this.#acceptedBytes - this.#toServer.deliveredBytes);
    while (room > 0) {
      const [first] = this.#backlog;
      if (first === undefined) return;
      const accepted = Buffer.from(first.subarray(0, room));
      if (accepted.length === first.length) this.#backlog.shift();
      else this.#backlog[0] = first.subarray(accepted.length);
      room -= accepted.length;
      this.#acceptedBytes += accepted.length;
      this.#toServer.send(accepted);
    }
  }

  #end(): void {
    this.#toClient.halt();
    this.#unconsumed = NOTHING;
    if (this.#roomTimer !== undefined) this.#ground.clock.clearTimer(this.#roomTimer);
    this.#roomTimer = undefined;
    this.#ground.over();
  }
}

function encode(data: string | Uint8Array, bytes: number): Buffer {
  if (typeof data === 'string') return Buffer.from(data, data.length === bytes ? 'latin1' : 'utf8');
  // Not copied: bytes that wait for the kernel are its owner's to keep, as with a real socket.
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function lossOf(ending: StreamEnding): Error {
  return ending === 'reset'
    ? Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    : new Error('The peer ended the stream.');
}
