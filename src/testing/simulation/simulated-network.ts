import type { Clock, Dial, DialRequest, Endpoint, Transport } from '../../core/index.ts';
import { SeededRandom } from '../seeded-random.ts';
import {
  checkAnswer,
  dialFailure,
  placeOf,
  refusal,
  type DialAnswer,
  type DialRecord,
} from './dial-answer.ts';
import {
  resolveConditions,
  type NetworkConditionOptions,
  type NetworkConditions,
} from './network-conditions.ts';
import { SimulatedConnection, type SimulatedPeer } from './simulated-connection.ts';
import { Trace } from './trace.ts';

/** Who is called for each connection to an endpoint, with the server's side of it; `'refuse'` refuses the dial. */
export type Accept = (peer: SimulatedPeer) => 'refuse' | void;

/** Somebody who listens at an endpoint. */
export interface SimulatedListener {
  /** The connections that it accepted, oldest first; those that have ended too. */
  readonly connections: readonly SimulatedPeer[];
  /** Refuses dials from now on; connections stay. */
  stop(): void;
  /** Refuses dials from now on and resets its connections, as when the process is killed. */
  crash(): void;
}

/** How a {@link SimulatedNetwork} is set up. */
export interface SimulatedNetworkOptions extends NetworkConditionOptions {
  /** In whose time everything happens: a virtual clock, as a rule. */
  readonly clock: Clock;
  /** Any safe integer, for jitter and the sizes of slices. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * A network without sockets, in the time of its clock, the same for the same seed. `network.dial` goes where the
 * core takes a {@link Dial}, in an `Environment`; a server is whoever was given to `listen`.
 *
 * It carries bytes. TLS is not spoken on it: what a dial asked for is on record, and `startTls()` of a transport
 * succeeds at once, unless its peer says otherwise.
 *
 * The constructor throws a RangeError for options that make no sense.
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
  readonly #trace: Trace;
  readonly #handlers = new Map<string, Accept>();
  readonly #standingAnswers = new Map<string, DialAnswer>();
  readonly #scriptedAnswers = new Map<string, DialAnswer[]>();
  readonly #connections: SimulatedConnection[] = [];
  #openTransports = 0;
  #dialTimers = 0;

  constructor(options: SimulatedNetworkOptions) {
    this.conditions = resolveConditions(options);
    this.#clock = options.clock;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.#trace = new Trace(options.clock);
  }

  /** All connections that were accepted, also those that have ended. */
  get connections(): readonly SimulatedPeer[] {
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

  /** What happened, with milliseconds since the network was made: the last 1,000 lines. For a failing test to print. */
  get log(): readonly string[] {
    return this.#trace.lines;
  }

  /**
   * Sixteen hexadecimal digits that stand for the whole log, its dropped lines included. Two runs that share them have
   * done the same at the same time.
   */
  get fingerprint(): string {
    return this.#trace.fingerprint;
  }

  /** Adds a line of the test's own to the log. May be handed on by itself. */
  readonly note = (what: string): void => this.#trace.note(what);

  /**
   * Accepts dials to an endpoint from now on; a later listener replaces an earlier one. `accept` is called with the
   * server's side before the dial resolves and sets its `onBytes` there and then, or refuses the dial.
   */
  listen(endpoint: Endpoint, accept: Accept): SimulatedListener {
    const place = placeOf(endpoint);
    if (typeof accept !== 'function')
      throw new TypeError(`listen(${place}): expected a function that accepts`);
    const connections: SimulatedPeer[] = [];
    const handler: Accept = (peer) => {
      const answer = accept(peer);
      if (answer !== 'refuse') connections.push(peer);
      return answer;
    };
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

  /** What dials to an endpoint meet from now on; what was scripted for it is forgotten. Without it they are accepted. */
  answerDials(endpoint: Endpoint, answer: DialAnswer): void {
    checkAnswer(answer);
    const place = placeOf(endpoint);
    this.#standingAnswers.set(place, answer);
    this.#scriptedAnswers.delete(place);
  }

  /** What the next dials to an endpoint meet, one answer each, before `answerDials` counts again. */
  scriptDials(endpoint: Endpoint, answers: readonly DialAnswer[]): void {
    for (const answer of answers) checkAnswer(answer);
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
    this.note(`dial ${this.dials.length} to ${place}`);
    return this.#play(answer ?? { kind: 'accept' }, request, record, this.dials.length);
  };

  #play(
    answer: DialAnswer,
    { endpoint, signal }: DialRequest,
    record: DialRecord,
    number: number,
  ): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const fail = (outcome: 'failed' | 'aborted', error: Error): void => {
        record.outcome = outcome;
        this.note(`dial ${number} ${outcome}: ${error.message}`);
        reject(error);
      };
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        if (answer.kind === 'fail') return fail('failed', answer.error);
        const accept = answer.kind === 'refuse' ? undefined : this.#handlers.get(placeOf(endpoint));
        const opened = accept && this.#open(endpoint, accept);
        if (opened === undefined) return fail('failed', refusal(endpoint));
        record.outcome = 'accepted';
        this.note(`dial ${number} accepted as #${opened.number}`);
        resolve(opened.transport);
      };
      const cancel = this.#after(this.#delayMs(answer), settle);
      const abort = (): void => {
        cancel();
        fail('aborted', dialFailure(endpoint, 'the dial was given up', signal.reason));
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

  /** `undefined` when the dial is refused. */
  #open(endpoint: Endpoint, accept: Accept): SimulatedConnection | undefined {
    const number = this.#connections.length + 1;
    const { connectMs, kernelBufferBytes, toServer, toClient } = this.conditions;
    const connection = new SimulatedConnection({
      clock: this.#clock,
      random: this.#random.fork(),
      number,
      endpoint,
      peer: placeOf(endpoint),
      conditions: { connectMs, kernelBufferBytes, toServer: { ...toServer }, toClient: { ...toClient } },
      note: (what) => this.note(`#${number} ${what}`),
      misuse: (what) => void this.misuses.push(`connection to ${placeOf(endpoint)}: ${what}`),
      over: () => {
        this.#openTransports -= 1;
      },
    });
    this.#openTransports += 1;
    this.#connections.push(connection);
    if (accept(connection) !== 'refuse') return connection;
    this.#openTransports -= 1;
    this.#connections.pop();
    return undefined;
  }
}
