import {
  HawserError,
  type Clock,
  type Dial,
  type DialRequest,
  type Endpoint,
  type TlsOptions,
  type Transport,
} from '../../src/core/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import {
  SimulatedConnection,
  type NetworkConditions,
  type PeerConnection,
} from './simulated-network-connection.ts';
import type { PathConditions } from './simulated-network-path.ts';

export type { Cut, NetworkConditions, PeerConnection } from './simulated-network-connection.ts';
export type { PathConditions } from './simulated-network-path.ts';

/** What a dial meets at an endpoint. */
export type DialAnswer =
  /** Accepted, where somebody listens; refused otherwise. `afterMs` replaces `conditions.connectMs`. */
  | { readonly kind: 'accept'; readonly afterMs?: number }
  /** Accepted although its signal has fired meanwhile: a dial that comes too late. */
  | { readonly kind: 'accept-late'; readonly afterMs: number }
  /** `CONNECT_FAILED`, with ECONNREFUSED for its cause. `afterMs` is 0 by default. */
  | { readonly kind: 'refuse'; readonly afterMs?: number }
  /** No answer until the signal fires. */
  | { readonly kind: 'blackhole' }
  /** This error, a certificate that does not verify, for example. `afterMs` is 0 by default. */
  | { readonly kind: 'fail'; readonly error: HawserError; readonly afterMs?: number };

/** One dial, for assertions. `outcome` changes as it goes on. */
export interface DialRecord {
  readonly endpoint: Endpoint;
  readonly atMs: number;
  readonly tls: TlsOptions | undefined;
  readonly startTlsLater: boolean;
  outcome: 'pending' | 'accepted' | 'failed' | 'aborted';
}

/** Somebody who listens at an endpoint. */
export interface SimulatedListener {
  /** The connections that it accepted, oldest first; those that have ended too. */
  readonly connections: readonly PeerConnection[];
  /** Refuses dials from now on; connections stay. */
  stop(): void;
  /** Refuses dials from now on and resets its connections, as when the process is killed. */
  crash(): void;
}

/** How a {@link SimulatedNetwork} is set up. */
export interface SimulatedNetworkOptions {
  readonly clock: Clock;
  /** For jitter and cuts. Default 1. */
  readonly seed?: number;
  /** Defaults: 1 ms to connect and for each direction, no jitter, nothing sliced, a kernel buffer of 64 KiB. */
  readonly connectMs?: number;
  readonly kernelBufferBytes?: number;
  readonly toPeer?: Partial<PathConditions>;
  readonly toClient?: Partial<PathConditions>;
}

/**
 * A network without sockets, in the time of its clock, the same for the same seed. `network.dial` goes where the
 * core takes a {@link Dial}.
 */
export class SimulatedNetwork {
  /** What new connections begin with. */
  readonly conditions: NetworkConditions;
  /** All dials so far. */
  readonly dials: DialRecord[] = [];
  /** Breaks of the transport's contract by its owner. A test asserts that it is empty. */
  readonly misuses: string[] = [];
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #handlers = new Map<string, (connection: PeerConnection) => void>();
  readonly #standingAnswers = new Map<string, DialAnswer>();
  readonly #scriptedAnswers = new Map<string, DialAnswer[]>();
  readonly #connections: SimulatedConnection[] = [];
  #openTransports = 0;
  #dialTimers = 0;

  constructor(options: SimulatedNetworkOptions) {
    this.#clock = options.clock;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.conditions = {
      connectMs: options.connectMs ?? 1,
      kernelBufferBytes: options.kernelBufferBytes ?? 65_536,
      toPeer: { latencyMs: 1, jitterMs: 0, slicing: 'whole', ...options.toPeer },
      toClient: { latencyMs: 1, jitterMs: 0, slicing: 'whole', ...options.toClient },
    };
  }

  /** All connections that were accepted, also those that have ended. */
  get connections(): readonly PeerConnection[] {
    return this.#connections;
  }

  /** Transports that dials have opened and that were neither lost nor destroyed. */
  get openTransports(): number {
    return this.#openTransports;
  }

  /** Timers that the network itself has set on the clock, for what is on its way. */
  get pendingTimers(): number {
    return this.#connections.reduce((sum, { pendingTimers }) => sum + pendingTimers, this.#dialTimers);
  }

  /**
   * Accepts dials to an endpoint from now on; a later listener replaces an earlier one. `accept` is called with the
   * server's side before the dial resolves and sets its `onBytes` there and then.
   */
  listen(endpoint: Endpoint, accept: (connection: PeerConnection) => void): SimulatedListener {
    const connections: PeerConnection[] = [];
    const handler = (connection: PeerConnection): void => {
      connections.push(connection);
      accept(connection);
    };
    const place = placeOf(endpoint);
    this.#handlers.set(place, handler);
    const stop = (): void => {
      if (this.#handlers.get(place) === handler) this.#handlers.delete(place);
    };
    const crash = (): void => {
      stop();
      for (const connection of connections) connection.reset();
    };
    return { connections, stop, crash };
  }

  /** What dials to an endpoint meet from now on. Without it they are accepted. */
  answerDials(endpoint: Endpoint, answer: DialAnswer): void {
    this.#standingAnswers.set(placeOf(endpoint), answer);
  }

  /** What the next dials to an endpoint meet, one answer each, before `answerDials` counts again. */
  scriptDials(endpoint: Endpoint, answers: readonly DialAnswer[]): void {
    const place = placeOf(endpoint);
    this.#scriptedAnswers.set(place, [...(this.#scriptedAnswers.get(place) ?? []), ...answers]);
  }

  /** Opens a simulated transport. May be handed on by itself. */
  readonly dial: Dial = (request) => {
    const { endpoint, tls, startTlsLater } = request;
    const record: DialRecord = { endpoint, atMs: this.#clock.now(), tls, startTlsLater, outcome: 'pending' };
    this.dials.push(record);
    const place = placeOf(endpoint);
    const answer = this.#scriptedAnswers.get(place)?.shift() ?? this.#standingAnswers.get(place);
    return this.#play(answer ?? { kind: 'accept' }, request, record);
  };

  #play(answer: DialAnswer, { endpoint, signal }: DialRequest, record: DialRecord): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const fail = (outcome: 'failed' | 'aborted', error: Error): void => {
        record.outcome = outcome;
        reject(error);
      };
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        if (answer.kind === 'fail') return fail('failed', answer.error);
        const accept = answer.kind === 'refuse' ? undefined : this.#handlers.get(placeOf(endpoint));
        if (accept === undefined) return fail('failed', refusal(endpoint));
        record.outcome = 'accepted';
        resolve(this.#open(endpoint, accept));
      };
      const cancel = this.#after(this.#delayMs(answer), settle);
      const abort = (): void => {
        cancel();
        fail('aborted', failure(endpoint, 'the dial was given up', signal.reason));
      };
      if (answer.kind === 'accept-late') return;
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** How long a dial takes; `undefined` for one that ends only when it is given up. */
  #delayMs(answer: DialAnswer): number | undefined {
    if (answer.kind === 'blackhole') return undefined;
    return answer.afterMs ?? (answer.kind === 'accept' ? this.conditions.connectMs : 0);
  }

  #after(delayMs: number | undefined, callback: () => void): () => void {
    if (delayMs === undefined) return () => undefined;
    this.#dialTimers += 1;
    const timer = this.#clock.setTimer(() => {
      this.#dialTimers -= 1;
      callback();
    }, delayMs);
    return () => {
      this.#dialTimers -= 1;
      this.#clock.clearTimer(timer);
    };
  }

  #open(endpoint: Endpoint, accept: (connection: PeerConnection) => void): Transport {
    const { connectMs, kernelBufferBytes, toPeer, toClient } = this.conditions;
    const connection = new SimulatedConnection({
      clock: this.#clock,
      random: this.#random.fork(),
      number: this.#connections.length + 1,
      endpoint,
      peer: placeOf(endpoint),
      conditions: { connectMs, kernelBufferBytes, toPeer: { ...toPeer }, toClient: { ...toClient } },
      misuse: (what) => void this.misuses.push(`connection to ${placeOf(endpoint)}: ${what}`),
      over: () => {
        this.#openTransports -= 1;
      },
    });
    this.#openTransports += 1;
    this.#connections.push(connection);
    accept(connection);
    return connection.transport;
  }
}

function placeOf({ host, port, path }: Endpoint): string {
  return path ?? `${host}:${port}`;
}

function refusal(endpoint: Endpoint): HawserError {
  const place = placeOf(endpoint);
  const cause = Object.assign(new Error(`connect ECONNREFUSED ${place}`), { code: 'ECONNREFUSED' });
  return failure(endpoint, 'the connection was refused', cause);
}

function failure(endpoint: Endpoint, why: string, cause: unknown): HawserError {
  return new HawserError('CONNECT_FAILED', `${placeOf(endpoint)}: ${why}`, { outcome: 'not-sent', cause });
}
