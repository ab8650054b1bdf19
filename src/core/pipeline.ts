import type { TracingChannel } from 'node:diagnostics_channel';
import { Attachment, type AttachmentOwner } from './attachment.ts';
import { Capacity } from './capacity.ts';
import { ConnectTraces, publishState, traceChannel, type CommandTrace } from './channels.ts';
import { systemEnvironment, type Environment } from './environment.ts';
import { causeOf, explain, type Explanation } from './explain.ts';
import * as failures from './failures.ts';
import { Flow } from './flow.ts';
import { Gate } from './gate.ts';
import { Lifecycle, type Transition } from './lifecycle.ts';
import { LifecycleWaits } from './lifecycle-waits.ts';
import { Listeners } from './listeners.ts';
import type { HawserError, Slot, StateName } from './machine/index.ts';
import {
  CLOSE_TIMEOUT_MS,
  CONNECTION_OPTIONS,
  invalidOption,
  PROVEN_AFTER_MS,
  resolveOptions,
  type ConnectionOptions,
  type ResolvedOptions,
} from './options.ts';
import type { Protocol, Request, Session } from './protocol.ts';
import { checkWait, isSignal, type CallWaitOptions, type WaitOptions } from './waits.ts';

/** A change of state, as listeners are told of it. */
export interface StateChange {
  readonly from: StateName;
  readonly to: StateName;
  /** Why, where that is known. */
  readonly cause: Error | undefined;
}

/** The names of what {@link Pipeline.connect} takes. */
const CONNECT_OPTIONS = { ...CONNECTION_OPTIONS, signal: true } as const;

/**
 * The non-blocking way to share a connection: many callers, one full-duplex transport. Requests go out in the order
 * in which they were made, replies find their callers, and a caller who leaves early leaves the slot behind.
 *
 * It reconnects by itself, for ever. Every call settles once, at the latest by its deadline, and each failure says
 * whether the server may have seen the call. It emits no events and never needs a listener.
 */
export class Pipeline<Q extends Request, R, P = never> {
  readonly #protocol: Protocol<Q, R, P>;
  readonly #options: ResolvedOptions;
  readonly #environment: Environment;
  readonly #lifecycle: Lifecycle;
  readonly #flow: Flow<Q, R, P>;
  readonly #gate: Gate;
  readonly #stateListeners = new Listeners<StateChange>();
  readonly #pushListeners = new Listeners<P>();
  readonly #commands: TracingChannel<CommandTrace>;
  readonly #connects: ConnectTraces;
  readonly #waits: LifecycleWaits;
  readonly #capacity: Capacity;
  readonly #attachmentOwner: AttachmentOwner<P>;
  readonly #reconnects: boolean;
  #attachment: Attachment<Q, R, P> | undefined;
  /** The explanation that the deadlines of one turn share. */
  #lateExplanation: { readonly at: number; readonly explanation: Explanation } | undefined;

  private constructor(
    protocol: Protocol<Q, R, P>,
    options: ResolvedOptions,
    environment: Environment,
    reconnects: boolean = true,
  ) {
    const { clock, random } = environment;
    this.#protocol = protocol;
    this.#options = options;
    this.#environment = environment;
    this.#reconnects = reconnects;
    this.#commands = traceChannel<CommandTrace>(protocol.name, 'command');
    this.#connects = new ConnectTraces(protocol.name);
    this.#waits = new LifecycleWaits(clock, (command) => this.#refusal(command));
    this.#flow = new Flow<Q, R, P>(clock, this.#options.stallAfterMs, protocol.correlation, {
      late: (slot, now) => this.#late(slot, now),
      lost: (epoch, cause) => this.#lifecycle.dispatch({ type: 'lost', epoch, cause }),
      unfit: (epoch, cause) => this.#lifecycle.dispatch({ type: 'unfit', epoch, cause }),
      proven: (epoch) => this.#proven(epoch),
      left: () => this.#left(),
      pushed: (message) => this.#pushListeners.notify(message),
    });
    this.#capacity = new Capacity(clock, this.#options.maxPending, this.#flow.calls.slots);
    this.#gate = new Gate(clock, this.#options.whenDownWaitMs, () => this.#dropWaiting());
    const { endpoints, backoff, slowRetryMs } = this.#options;
    const attempts = { endpoints: endpoints.length, backoff, slowRetryMs };
    const policy = { ...attempts, provenAfterMs: PROVEN_AFTER_MS, reconnects };
    this.#lifecycle = new Lifecycle(clock, random, policy, {
      dial: (epoch, endpoint) => this.#dial(epoch, endpoint),
      handshake: () => this.#attachment?.handshake(),
      tearDown: (cause) => this.#tearDown(cause),
      changed: (transition) => this.#changed(transition),
    });
    this.#attachmentOwner = {
      opened: (epoch) => this.#lifecycle.dispatch({ type: 'opened', epoch }),
      handshaken: (epoch) => this.#lifecycle.dispatch({ type: 'handshaken', epoch }),
      lost: (epoch, cause) => this.#lifecycle.dispatch({ type: 'lost', epoch, cause }),
      refused: (epoch, cause) => this.#lifecycle.dispatch({ type: 'refused', epoch, cause }),
      received: (bytes) => this.#flow.received(bytes),
      room: () => this.#flow.room(),
      pushed: (message) => this.#pushListeners.notify(message),
    };
  }

  /**
   * Starts connecting and returns at once: what is available is the manager, which says of each call what became of
   * it. Throws INVALID_OPTION.
   */
  static start<Q extends Request, R, P = never>(
    protocol: Protocol<Q, R, P>,
    options: ConnectionOptions,
    environment: Environment = systemEnvironment,
  ): Pipeline<Q, R, P> {
    const pipeline = new Pipeline<Q, R, P>(protocol, resolveOptions(options), environment);
    pipeline.#lifecycle.dispatch({ type: 'connect' });
    return pipeline;
  }

  /**
   * Resolves when the connection is available. Rejects with the reason after one pass over the endpoints, within
   * `connectTimeoutMs`, and leaves nothing behind then.
   */
  static async connect<Q extends Request, R, P = never>(
    protocol: Protocol<Q, R, P>,
    options: ConnectionOptions & { readonly signal?: AbortSignal | undefined },
    environment: Environment = systemEnvironment,
  ): Promise<Pipeline<Q, R, P>> {
    const resolved = resolveOptions(options, CONNECT_OPTIONS);
    const pipeline = new Pipeline<Q, R, P>(protocol, resolved, environment);
    await pipeline.#connect(options.signal);
    return pipeline;
  }

  /**
   * As {@link Pipeline.connect}, for one transport: when that is lost the connection is closed, instead of connecting
   * again. Calls fail with CONNECTION_LOST then. For owners that replace what is lost themselves, as a pool does.
   */
  static async connectOnce<Q extends Request, R, P = never>(
    protocol: Protocol<Q, R, P>,
    options: ConnectionOptions & { readonly signal?: AbortSignal | undefined },
    environment: Environment = systemEnvironment,
  ): Promise<Pipeline<Q, R, P>> {
    const resolved = resolveOptions(options, CONNECT_OPTIONS);
    const pipeline = new Pipeline<Q, R, P>(protocol, resolved, environment, false);
    await pipeline.#connect(options.signal);
    return pipeline;
  }

  /** Where the connection stands. */
  get state(): StateName {
    return this.#lifecycle.state.name;
  }

  /** The protocol's state on the present transport; `undefined` while there is none. */
  get session(): Session<Q, R, P> | undefined {
    return this.#attachment?.session;
  }

  /** Calls that wait, are in flight, or were abandoned by their callers and not answered yet. */
  get pending(): number {
    return this.#flow.calls.slots.requests;
  }

  /**
   * Asks. Throws, synchronously, when the call is not accepted: NOT_CONNECTED, OVERLOADED, CLOSED, ABORTED or
   * INVALID_ARGUMENT, all `not-sent`. The promise rejects with a HawserError, at the latest at the deadline.
   */
  submit(request: Q, options?: CallWaitOptions): Promise<R> {
    return this.#commands.hasSubscribers
      ? this.#submitTraced(request, options)
      : this.#admit(request, options);
  }

  /**
   * Resolves when the connection is ready. Rejects when it is parked (with the server's refusal), closed (CLOSED), or
   * not ready in time (DEADLINE). `timeoutMs` defaults to the connection's own.
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs: limit = this.#options.timeoutMs, signal } = checkWait('ready', options);
    const { state } = this.#lifecycle;
    if (state.name === 'ready') return;
    this.#assertOpen('ready');
    if (state.name === 'parked') throw this.#refusal('ready');
    await this.#waits.ready.wait(limit, signal, () => this.#notReady('ready', 'DEADLINE', limit));
  }

  /** Resolves when there is room for another call (see `maxPending`). `timeoutMs` defaults to the connection's own. */
  async capacity(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs: limit = this.#options.timeoutMs, signal } = checkWait('capacity', options);
    this.#assertOpen('capacity');
    await this.#capacity.wait(limit, signal, () => this.explain());
  }

  /** Calls `listener` after each change of state. Returns what removes it again. */
  onState(listener: (change: StateChange) => unknown): () => void {
    return this.#stateListeners.add(listener);
  }

  /** Calls `listener` with each message that the server sends unasked. Returns what removes it again. */
  onPush(listener: (message: P) => unknown): () => void {
    return this.#pushListeners.add(listener);
  }

  /** Connects now instead of at the end of the present wait; also after parking. */
  retryNow(): void {
    this.#lifecycle.dispatch({ type: 'connect' });
  }

  /** What the connection knows of itself, now. */
  explain(): Explanation {
    const { state, transitions } = this.#lifecycle;
    return explain({
      name: this.#options.name,
      state,
      transitions,
      slots: this.#flow.calls.slots,
      transport: this.#attachment?.transport,
      lastProgressAt:
        state.name === 'ready' || state.name === 'draining' ? this.#flow.lastProgressAt : undefined,
      now: this.#environment.clock.now(),
    });
  }

  /**
   * Accepts nothing more, waits for the calls that were accepted while there is a connection, then ends. Calls that
   * are left at the deadline (default 5,000 ms) or when the signal fires, and calls that wait for a connection, fail
   * with CLOSED. Never rejects but for a bad argument; may be called again.
   */
  async close(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs: limit = CLOSE_TIMEOUT_MS, signal } = checkWait('close', options);
    this.#lifecycle.dispatch({ type: 'drain' });
    this.#left();
    if (this.state === 'closed') return;
    const late = (): HawserError => failures.closed('close', 'unknown', undefined);
    try {
      await this.#waits.closed.wait(limit, signal, late);
    } catch {
      this.#lifecycle.dispatch({ type: 'close', cause: late() });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #connect(signal: AbortSignal | undefined): Promise<void> {
    if (signal !== undefined && !isSignal(signal)) throw invalidOption('signal', 'an AbortSignal', signal);
    if (signal?.aborted === true) throw failures.abortedBefore('connect', signal);
    const { connectTimeoutMs } = this.#options;
    const firstPass = this.#waits.firstPass.wait(connectTimeoutMs, signal, () =>
      this.#notReady('connect', 'CONNECT_TIMEOUT', connectTimeoutMs),
    );
    this.#lifecycle.dispatch({ type: 'connect' });
    try {
      await firstPass;
    } catch (error) {
      this.#lifecycle.dispatch({ type: 'close', cause: undefined });
      throw error;
    }
  }

  #submitTraced(request: Q, options: CallWaitOptions | undefined): Promise<R> {
    const trace: CommandTrace = { connection: this.#options.name, command: request.command };
    let reply: R;
    // What a promise resolves to becomes part of the trace, and a reply is nobody's business but the caller's. One
    // chain, not two branches: past a fork V8 does not find who awaits, and errors would have no stack.
    const keep = (value: R): void => {
      reply = value;
    };
    let refused: { readonly error: unknown } | undefined;
    const admit = (): Promise<void> => {
      try {
        return this.#admit(request, options).then(keep);
      } catch (error) {
        // Subscribers would not be told of the end of what was thrown.
        refused = { error };
        return Promise.reject(error);
      }
    };
    const traced = this.#commands.tracePromise(admit, trace);
    if (refused === undefined) return traced.then(() => reply);
    traced.catch(() => {});
    throw refused.error;
  }

  #admit(request: Q, options: CallWaitOptions | undefined): Promise<R> {
    const { timeoutMs } = this.#options;
    if (!this.#gate.isOpen) throw this.#refusal(request.command);
    if (!this.#capacity.takes(request.bytes)) {
      throw this.#capacity.refuse(request, this.#lifecycle.state, this.#environment.clock.now());
    }
    if (options === undefined) return this.#flow.add(request, timeoutMs, 0, undefined);
    const { timeoutMs: ownTimeoutMs, silenceMs, hasBegun, signal } = checkWait(request.command, options);
    if (signal?.aborted === true) throw failures.abortedBefore(request.command, signal);
    const ownSilenceMs = silenceMs ?? ownTimeoutMs ?? 0;
    return this.#flow.add(request, ownTimeoutMs ?? timeoutMs, ownSilenceMs, signal, hasBegun);
  }

  /** Why a call cannot be accepted in the present state. */
  #refusal(command: string): HawserError {
    const { state } = this.#lifecycle;
    if (state.name === 'closed' || state.name === 'draining') {
      return failures.over(command, 'not-sent', causeOf(state), this.#reconnects);
    }
    return failures.notConnected(state, this.#environment.clock.now(), command);
  }

  #assertOpen(command: string): void {
    if (this.state === 'closed' || this.state === 'draining') throw this.#refusal(command);
  }

  #dial(epoch: number, index: number): void {
    const endpoint = this.#options.endpoints[index]!;
    const { clock, dial } = this.#environment;
    const { tls, connectTimeoutMs, handshakeTimeoutMs, endpoints } = this.#options;
    const shareMs = connectTimeoutMs / endpoints.length;
    // Whoever waits for one pass over the endpoints must not wait for one that is silent alone.
    const totalTimeoutMs = this.#waits.firstPass.size > 0 ? shareMs : undefined;
    const config = { clock, dial, tls, connectTimeoutMs: shareMs, handshakeTimeoutMs, totalTimeoutMs };
    let attachment: Attachment<Q, R, P>;
    try {
      attachment = new Attachment(epoch, endpoint, this.#protocol, config, this.#attachmentOwner);
    } catch (error) {
      // The driver could not open a session. Out of here the exception would leave a timer.
      this.#lifecycle.dispatch({ type: 'lost', epoch, cause: failures.asViolation(error) });
      return;
    }
    this.#attachment = attachment;
    this.#connects.begin(this.#options.name, attachment);
    attachment.dial();
  }

  #tearDown(cause: Error | undefined): void {
    const attachment = this.#attachment;
    this.#attachment = undefined;
    attachment?.end(cause ?? failures.closed('close', 'not-sent', undefined));
    this.#flow.detach(cause, this.state !== 'closed');
    this.#left();
  }

  #changed({ from, to }: Transition): void {
    this.#gate.update(to);
    const cause = causeOf(to);
    if (to.name === 'ready') this.#flow.attach(this.#attachment!);
    if (to.name === 'closed') this.#flow.calls.stop();
    this.#waits.update(to);
    if (to.name === 'closed' || to.name === 'draining') this.#capacity.end(() => this.#refusal('capacity'));
    const change = { from: from.name, to: to.name, cause };
    publishState(() => ({ protocol: this.#protocol.name, connection: this.#options.name, ...change }));
    this.#stateListeners.notify(change);
  }

  #proven(epoch: number): void {
    const { state } = this.#lifecycle;
    if (state.name === 'ready' && state.failures !== undefined)
      this.#lifecycle.dispatch({ type: 'proven', epoch });
  }

  /** There may be room for those who wait for it, or nothing left to drain. */
  #left(): void {
    const { state } = this.#lifecycle;
    if (state.name !== 'closed') this.#capacity.left();
    if (state.name === 'draining' && this.#flow.calls.slots.unsettled === 0 && this.#flow.isWritten) {
      this.#lifecycle.dispatch({ type: 'drained', epoch: state.epoch });
    }
  }

  /** The gate has shut: those who wait are told at once. */
  #dropWaiting(): void {
    const { state } = this.#lifecycle;
    const now = this.#environment.clock.now();
    this.#flow.dropWaiting((slot, { command }) => {
      const outcome = failures.outcomeOfWaiting(slot);
      if (state.name === 'closed') return failures.over(command, outcome, state.cause, this.#reconnects);
      return failures.notConnected(state, now, command, outcome);
    });
    this.#left();
  }

  #late(slot: Slot<Q>, now: number): HawserError {
    if (this.#lateExplanation?.at !== now) this.#lateExplanation = { at: now, explanation: this.explain() };
    return failures.deadline(slot, this.#lifecycle.state, this.#lateExplanation.explanation, now);
  }

  #notReady(command: string, code: 'DEADLINE' | 'CONNECT_TIMEOUT', limit: number): HawserError {
    return failures.notReady(command, code, limit, this.#lifecycle.state, this.explain());
  }
}
