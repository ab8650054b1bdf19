import { Buffer } from 'node:buffer';
import { describeEndpoint } from './endpoint.ts';
import { asViolation, inHandshake, isRefusal } from './failures.ts';
import { HandshakeExchange } from './handshake-exchange.ts';
import { Judge } from './judge.ts';
import { HawserError, type Clock } from './machine/index.ts';
import { Outbox } from './outbox.ts';
import type { Protocol, Request, Session } from './protocol.ts';
import type { Dial, Endpoint, TlsOptions, Transport } from './transport.ts';

/** What an attachment needs to come about. */
export interface AttachmentConfig {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly tls: TlsOptions | undefined;
  /** Limit for opening the transport. */
  readonly connectTimeoutMs: number;
  /** Limit for the protocol's handshake on it. */
  readonly handshakeTimeoutMs: number;
  /** Limit for both together. Default: none. */
  readonly totalTimeoutMs?: number | undefined;
}

/** What an attachment tells its owner. `lost` and `refused` come at most once, and never after `end()`. */
export interface AttachmentOwner<P> {
  opened(epoch: number): void;
  handshaken(epoch: number): void;
  lost(epoch: number, cause: Error): void;
  refused(epoch: number, cause: Error): void;
  /** Bytes after the handshake; returns how many were consumed. */
  received(bytes: Buffer): number;
  /** The kernel has room again. */
  room(): void;
  pushed(message: P): void;
}

type Phase<Q extends Request, R, P> =
  | { readonly name: 'dialling'; readonly abort: AbortController }
  | { readonly name: 'open'; readonly transport: Transport }
  | {
      readonly name: 'handshaking';
      readonly transport: Transport;
      readonly abort: AbortController;
      readonly exchange: HandshakeExchange<Q, R, P>;
    }
  | { readonly name: 'ready'; readonly transport: Transport }
  | { readonly name: 'ended' };

const NOTHING = Buffer.alloc(0);

/** One transport and the session on it, from the dial to the loss. What comes after `end()` is stale and ignored. */
export class Attachment<Q extends Request, R, P> {
  readonly epoch: number;
  readonly endpoint: Endpoint;
  readonly session: Session<Q, R, P>;
  readonly #protocol: Protocol<Q, R, P>;
  readonly #config: AttachmentConfig;
  readonly #owner: AttachmentOwner<P>;
  readonly #limit: Judge;
  #phase: Phase<Q, R, P> = { name: 'dialling', abort: new AbortController() };
  #outbox: Outbox | undefined;
  #peer: string | undefined;
  /** When all must be over, in the clock's milliseconds. */
  #endsAt = Infinity;
  /** For the step that is under way. */
  #limitMs = 0;
  readonly #outcome: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  /** Bytes that came with the end of the handshake and were not consumed by it. */
  #held: Buffer = NOTHING;

  constructor(
    epoch: number,
    endpoint: Endpoint,
    protocol: Protocol<Q, R, P>,
    config: AttachmentConfig,
    owner: AttachmentOwner<P>,
  ) {
    this.epoch = epoch;
    this.endpoint = endpoint;
    this.session = protocol.open();
    this.#protocol = protocol;
    this.#config = config;
    this.#owner = owner;
    this.#limit = new Judge(config.clock, () => this.#late());
  }

  /** The open transport, for counters; `undefined` before it is open and after it ended. */
  get transport(): Transport | undefined {
    return 'transport' in this.#phase ? this.#phase.transport : undefined;
  }

  /** Who was reached, for people; `undefined` while nobody was. */
  get peer(): string | undefined {
    return this.#peer;
  }

  /** Where requests go once the handshake is done. */
  get outbox(): Outbox | undefined {
    return this.#phase.name === 'ready' ? this.#outbox : undefined;
  }

  /** Resolves when the handshake is done, rejects when the dial or the handshake has failed. */
  settled(): Promise<void> {
    return new Promise<void>((resolve, reject) => this.#outcome.push({ resolve, reject }));
  }

  dial(): void {
    const { clock, tls, connectTimeoutMs, totalTimeoutMs = Infinity } = this.#config;
    if (this.#phase.name !== 'dialling') return;
    this.#endsAt = clock.now() + totalTimeoutMs;
    this.#limitTo(connectTimeoutMs);
    const { signal } = this.#phase.abort;
    const startTlsLater = this.#protocol.startsTls;
    // In a promise's reaction, so that a dial that throws is a dial that rejects.
    Promise.resolve({ endpoint: this.endpoint, tls, startTlsLater, signal })
      .then(this.#config.dial)
      .then(
        (transport) => this.#opened(transport),
        (error: unknown) => this.#failed(error),
      );
  }

  handshake(): void {
    if (this.#phase.name !== 'open') return;
    const { transport } = this.#phase;
    const abort = new AbortController();
    const exchange = new HandshakeExchange<Q, R, P>(transport, this.session, abort.signal, {
      pushed: (message) => this.#owner.pushed(message),
      failed: (error) => this.#failed(asViolation(error)),
    });
    this.#phase = { name: 'handshaking', transport, abort, exchange };
    this.#limitTo(this.#config.handshakeTimeoutMs);
    transport.attach({
      onData: (bytes) => this.#data(bytes),
      onRoom: () => this.#room(),
      onLost: (cause) => this.#failed(cause),
    });
    this.#shakeHands(exchange).then(
      () => this.#handshaken(exchange),
      (error: unknown) => this.#failed(error),
    );
  }

  /** Ends the dial or destroys the transport. Nothing is told to the owner afterwards. */
  end(cause: Error): void {
    const phase = this.#phase;
    this.#phase = { name: 'ended' };
    this.#limit.clear();
    this.#held = NOTHING;
    if ('transport' in phase) phase.transport.destroy(cause);
    if ('abort' in phase) phase.abort.abort(cause);
    if ('exchange' in phase) phase.exchange.end(cause);
    for (const { reject } of this.#outcome.splice(0)) reject(cause);
  }

  #opened(transport: Transport): void {
    if (this.#phase.name !== 'dialling') {
      transport.destroy();
      return;
    }
    this.#limit.clear();
    this.#phase = { name: 'open', transport };
    this.#peer = transport.peer;
    this.#owner.opened(this.epoch);
  }

  /** A handshake that throws is one that rejects. */
  async #shakeHands(exchange: HandshakeExchange<Q, R, P>): Promise<void> {
    await this.session.handshake(exchange);
  }

  #handshaken(exchange: HandshakeExchange<Q, R, P>): void {
    if (this.#phase.name !== 'handshaking') return;
    const { transport } = this.#phase;
    try {
      exchange.finish();
    } catch (error) {
      return this.#failed(asViolation(error));
    }
    // Who was told of a push message may have closed the connection.
    if (this.#phase.name !== 'handshaking') return;
    this.#limit.clear();
    this.#outbox = new Outbox(transport);
    this.#held = exchange.held;
    this.#phase = { name: 'ready', transport };
    for (const { resolve } of this.#outcome.splice(0)) resolve();
    this.#owner.handshaken(this.epoch);
  }

  #data(bytes: Buffer): number {
    switch (this.#phase.name) {
      case 'handshaking':
        try {
          this.#phase.exchange.receive(bytes);
        } catch (error) {
          this.#failed(asViolation(error));
        }
        return bytes.length;
      case 'ready':
        return this.#held.length === 0 ? this.#owner.received(bytes) : this.#behindHeld(bytes);
      case 'dialling':
      case 'open':
      case 'ended':
        return bytes.length;
    }
  }

  /** While what is held is not consumed the transport keeps the rest, up to its limit. */
  #behindHeld(bytes: Buffer): number {
    const held = this.#held;
    const consumed = this.#owner.received(Buffer.concat([held, bytes]));
    this.#held = held.subarray(consumed);
    return Math.max(0, consumed - held.length);
  }

  #room(): void {
    if (this.#phase.name !== 'ready') return;
    this.#outbox?.flush();
    this.#owner.room();
  }

  /** Any way in which a dial, a handshake or a transport ends. */
  #failed(error: unknown): void {
    if (this.#phase.name === 'ended') return;
    const reason =
      error instanceof Error ? error : new Error('it failed with what is no error', { cause: error });
    const cause = this.#phase.name === 'handshaking' ? inHandshake(reason, this.#where) : reason;
    this.end(cause);
    if (isRefusal(cause)) this.#owner.refused(this.epoch, cause);
    else this.#owner.lost(this.epoch, cause);
  }

  #limitTo(timeoutMs: number): void {
    const now = this.#config.clock.now();
    this.#limitMs = Math.max(0, Math.min(timeoutMs, this.#endsAt - now));
    this.#limit.set(now + this.#limitMs);
  }

  get #where(): string {
    return this.#peer ?? describeEndpoint(this.endpoint);
  }

  #late(): void {
    const where = this.#where;
    const within = `within ${Math.round(this.#limitMs)} ms`;
    this.#failed(
      this.#phase.name === 'dialling'
        ? new HawserError('CONNECT_TIMEOUT', `no connection to ${where} ${within}`, {
            outcome: 'not-sent',
          })
        : new HawserError('HANDSHAKE_TIMEOUT', `no end of the handshake with ${where} ${within}`, {
            outcome: 'not-sent',
          }),
    );
  }
}
