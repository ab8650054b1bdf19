import type { Duplex } from 'node:stream';
import type { Environment } from '../environment.ts';
import { abortedBefore, notConnected, notReady } from '../failures.ts';
import { Judge } from '../judge.ts';
import type { Clock, HawserError, StateName } from '../machine/index.ts';
import { CLOSE_TIMEOUT_MS } from '../options.ts';
import { checkWait, type WaitOptions } from '../waits.ts';
import type { BehaviourExplanation } from './behaviour-explanation.ts';
import { asCause, ended, endedCall, firstAttemptFailed, full, refused } from './behaviour-failures.ts';
import type { ResolvedBehaviourOptions } from './behaviour-options.ts';
import { CallbackRunner, type Answered } from './callback-runner.ts';
import type { Callbacks } from './callbacks.ts';
import { Calls, type Call } from './calls.ts';
import { ConnectionHandle } from './connection-handle.ts';
import { ConnectionLife } from './connection-life.ts';
import { answers, BACKOFF, type Directive, type StopReason } from './directives.ts';
import { Mailbox, type Message } from './mailbox.ts';
import { forConnection, MessageLoop, nextTick } from './message-loop.ts';
import { OwnedSockets } from './owned-sockets.ts';
import { reasonOf, type Phase } from './phase.ts';
import { Starter } from './starter.ts';
import { Timeouts } from './timeouts.ts';

/** Time that `terminate` has when a behaviour stops by itself. */
const TERMINATE_TIMEOUT_MS = 5_000;

/**
 * Runs a behaviour: takes one message at a time from the mailbox, calls its callback, and does what the directive
 * says. The machine decides about the connection itself; `connect` is its dial.
 */
export class Manager {
  readonly handle: ConnectionHandle<unknown, unknown, unknown, unknown> = new ConnectionHandle(this);
  readonly life: ConnectionLife;
  readonly #options: ResolvedBehaviourOptions;
  readonly #clock: Clock;
  readonly #loop: MessageLoop<Message>;
  readonly #runner: CallbackRunner;
  readonly #mailbox: Mailbox;
  readonly #calls: Calls;
  readonly #sockets: OwnedSockets;
  readonly #timeouts: Timeouts;
  readonly #closing = new AbortController();
  readonly #terminateLimit: Judge;
  readonly #starter: Starter;
  #phase: Phase = { name: 'running' };
  /** Epoch of the connection that `disconnect` gives up, though it is ready until that has returned. */
  #leftEpoch: number | undefined;

  constructor(
    behaviour: new () => Callbacks,
    wants: 'start' | 'connect',
    options: ResolvedBehaviourOptions,
    environment: Environment,
  ) {
    const { clock } = environment;
    this.#options = options;
    this.#clock = clock;
    this.#starter = new Starter(clock, wants);
    this.#mailbox = new Mailbox(options.maxMailbox);
    this.#calls = new Calls(clock, {
      leftWaiting: () => this.#mailbox.callLeft(),
      settled: (isServed) => this.#settled(isServed),
    });
    this.#sockets = new OwnedSockets((message, from) => this.#push({ kind: 'socket', message, from }));
    this.#timeouts = new Timeouts(clock, (timeout) => this.#push({ kind: 'timeout', timeout }));
    this.#terminateLimit = new Judge(clock, () => this.#abandon());
    this.#loop = new MessageLoop(
      clock,
      () => this.#next(),
      (message) => this.#handle(message),
    );
    this.#runner = new CallbackRunner(clock, behaviour, {
      signal: this.#closing.signal,
      self: this.handle,
      own: (socket, active) => this.#own(socket, active),
    });
    this.life = new ConnectionLife(options, environment, {
      attemptIsDue: () => this.#push({ kind: 'tick' }),
      ended: () => this.#releaseSockets(),
      changed: (from, to) => {
        if (from !== to) this.#timeouts.stateLeft();
        if (to === 'ready') this.#starter.reached('connect');
      },
      refusal: (command) => this.#refusal(command),
    });
  }

  get state(): StateName {
    return this.life.state.name;
  }

  /** See `Connection.start` and `Connection.connect`. */
  async start(argument: unknown): Promise<void> {
    const { timeoutMs, signal } = this.#options;
    const { wants } = this.#starter;
    if (signal?.aborted === true) throw abortedBefore(wants, signal);
    const code = wants === 'start' ? 'DEADLINE' : 'CONNECT_TIMEOUT';
    const started = this.#starter.wait(timeoutMs, signal, () => this.#notReady(wants, code, timeoutMs));
    this.#push({ kind: 'init', argument });
    try {
      await started;
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  /** Takes a call or an upgrade. Throws INVALID_ARGUMENT, CLOSED, OVERLOADED or ABORTED when it is not accepted. */
  call(method: 'call' | 'upgrade', request: unknown, options: WaitOptions = {}): Promise<unknown> {
    const { timeoutMs = this.#options.timeoutMs, signal } = checkWait(method, options);
    this.#assertAccepts(method);
    const { maxUnanswered } = this.#options;
    if (this.#calls.unsettled >= maxUnanswered) {
      throw full(method, 'calls have no answer yet', maxUnanswered, 'maxUnanswered');
    }
    if (signal?.aborted === true) throw abortedBefore(method, signal);
    const { call, answer } = this.#calls.add(method, request, timeoutMs, signal);
    this.#push({ kind: method, call });
    return answer;
  }

  /** Takes a message to which there is no answer. Throws CLOSED or OVERLOADED when it is not accepted. */
  tell(kind: 'cast' | 'info', message: unknown): void {
    this.#assertAccepts(kind);
    this.#push({ kind, message });
  }

  async ready(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = this.#options.timeoutMs, signal } = checkWait('ready', options);
    if (this.state === 'ready' && this.life.state.epoch !== this.#leftEpoch) return;
    if (this.#phase.name !== 'running') throw this.#refusal('ready');
    await this.life.ready.wait(timeoutMs, signal, () => this.#notReady('ready', 'DEADLINE', timeoutMs));
  }

  retryNow(): void {
    if (this.state === 'backing-off') this.life.connect();
  }

  explain(): BehaviourExplanation {
    const now = this.#clock.now();
    const { running } = this.#runner;
    const { transitions, ...life } = this.life.explain(now);
    return {
      name: this.#options.name,
      ...life,
      callback: running?.callback,
      callbackForMs: running && Math.round(now - running.since),
      waiting: this.#mailbox.size,
      unanswered: this.#calls.unsettled,
      sockets: this.#sockets.size,
      transitions,
    };
  }

  async close(options: WaitOptions = {}): Promise<void> {
    const { timeoutMs = CLOSE_TIMEOUT_MS, signal } = checkWait('close', options);
    if (this.#phase.name === 'over') return;
    if (this.#phase.name === 'running') {
      this.#phase = { name: 'closing' };
      this.#leave();
      this.#loop.wake();
    }
    try {
      await this.life.closed.wait(timeoutMs, signal, () => ended('close', 'unknown', undefined));
    } catch {
      this.#abandon();
    }
  }

  #assertAccepts(command: string): void {
    if (this.#phase.name !== 'running') throw this.#refusal(command);
    const { maxMailbox } = this.#options;
    if (this.#mailbox.isFull) throw full(command, 'messages wait', maxMailbox, 'maxMailbox');
  }

  /** Why nothing is accepted any more. */
  #refusal(command: string): Error {
    return ended(command, 'not-sent', reasonOf(this.#phase));
  }

  #notReady(command: string, code: 'DEADLINE' | 'CONNECT_TIMEOUT', limitMs: number): HawserError {
    return notReady(command, code, limitMs, this.life.state, this.explain());
  }

  #push(message: Message): void {
    if (this.#phase.name === 'over') return;
    this.#mailbox.push(message);
    this.#loop.wake();
  }

  /** The next message. This is where it is found that nothing is left to do. */
  #next(): Message | undefined {
    if (this.#phase.name === 'terminating' || this.#phase.name === 'over') return undefined;
    // What is said without end, by a socket or by a timeout, does not keep it from ending.
    if (this.#phase.name === 'closing' && this.#calls.unsettled === 0 && this.#mailbox.sent === 0) {
      void this.#stop('normal');
      return undefined;
    }
    let message = this.#mailbox.take();
    while (message?.kind === 'timeout' && !this.#timeouts.holds(message.timeout)) {
      message = this.#mailbox.take();
    }
    if (message === undefined) this.#timeouts.wait();
    else if (this.#isHeard(message)) this.#timeouts.messageCame();
    return message;
  }

  /** Whether a callback for messages is told of it. What it does not hear of cannot make it set its timeout anew. */
  #isHeard({ kind }: Message): boolean {
    return kind !== 'upgrade' && (kind !== 'call' || this.#handlesCalls);
  }

  get #handlesCalls(): boolean {
    return this.#options.whenDisconnected === 'handle' || this.state === 'ready';
  }

  async #handle(message: Message): Promise<void> {
    switch (message.kind) {
      case 'call':
        return this.#handleCall(message.call);
      case 'upgrade':
        return this.#change(message.call);
      case 'tick':
        return this.#follow(await this.#connect(BACKOFF));
      default:
        return this.#follow(await this.#checked(this.#runner.deliver(message)));
    }
  }

  async #handleCall(call: Call): Promise<void> {
    this.#calls.begin(call);
    if (this.#handlesCalls) {
      await this.#follow(await this.#checked(this.#runner.handleCall(call.request, call)), call);
    } else {
      this.#calls.fail(call, notConnected(this.life.state, this.#clock.now(), 'call'));
    }
  }

  async #change(call: Call): Promise<void> {
    this.#calls.begin(call);
    const failure = await this.#runner.change(call.request as new () => Callbacks);
    if (failure === undefined) this.#calls.answer(call, undefined);
    else this.#calls.fail(call, refused('upgrade', failure));
  }

  /** The directive of a callback; nothing when it has failed, or was abandoned. */
  async #checked(answered: Promise<Answered>): Promise<Directive | undefined> {
    const { directive, failure } = await answered;
    if (failure !== undefined) await this.#stop(failure);
    return this.#phase.name === 'over' ? undefined : directive;
  }

  /** Does what a directive says, and what the directives say to which that leads. */
  async #follow(directive: Directive | undefined, call?: Call): Promise<void> {
    for (let next = directive; next !== undefined;) next = await this.#carryOut(next, call);
  }

  async #carryOut(directive: Directive, call: Call | undefined): Promise<Directive | undefined> {
    // It came too late: the callback was abandoned.
    if (this.#phase.name === 'over') return undefined;
    const reply =
      call !== undefined && answers(directive) && (() => this.#calls.answer(call, directive.reply));
    if ('state' in directive) this.#runner.hold(directive.state);
    switch (directive.do) {
      case 'ignore':
        this.#starter.reached('start');
        this.#end('normal');
        return undefined;
      case 'stop':
        await this.#stop(directive.reason, reply || undefined);
        return undefined;
      case 'connect':
      case 'disconnect':
        if (reply) {
          reply();
          await nextTick();
        }
        return directive.do === 'connect' ? this.#connect(directive.info) : this.#disconnect(directive.info);
      case 'reply':
        this.#calls.answer(call!, directive.value);
        break;
      case 'backoff':
        this.#goDown(asCause(directive.cause), directive.afterMs ?? 'by-policy');
        break;
      case 'no-connect':
        this.#goDown(undefined, undefined);
        break;
      case 'ok':
      case 'no-reply':
    }
    this.#starter.reached('start');
    this.#timeouts.set(directive);
    return undefined;
  }

  /** Calls `connect`, unless the connection is closing. */
  async #connect(info: unknown): Promise<Directive | undefined> {
    if (this.state === 'ready') this.#goDown(undefined, undefined);
    if (this.#phase.name === 'running') {
      this.life.connect();
      this.#mailbox.drop('tick');
      // Whoever starts it is answered first.
      if (this.#starter.reached('start')) await nextTick();
    }
    if (this.#phase.name !== 'running') {
      this.#goDown(undefined, undefined);
      return undefined;
    }
    this.#releaseSockets();
    const directive = await this.#checked(this.#runner.connect(info));
    if (directive === undefined) return undefined;
    // Before anyone is told, for whoever is told may end it.
    if ('state' in directive) this.#runner.hold(directive.state);
    if (directive.do === 'ok') this.life.connected();
    if (directive.do === 'backoff') this.#starter.reject(() => firstAttemptFailed(asCause(directive.cause)));
    return directive;
  }

  /** Calls `disconnect`. What is ready stays so meanwhile, so that it can take its leave of the peer. */
  async #disconnect(info: unknown): Promise<Directive | undefined> {
    if (this.#phase.name === 'over') return undefined;
    if (this.state === 'ready') this.#leftEpoch = this.life.state.epoch;
    else this.#goDown(undefined, undefined);
    return this.#checked(this.#runner.disconnect(info));
  }

  /** There is no connection any more, and none is wanted until then. */
  #goDown(cause: Error | undefined, retryInMs: number | 'by-policy' | undefined): void {
    const mayRetry = this.#phase.name === 'running';
    this.#releaseSockets();
    // Before anyone is told, for whoever is told may want the next attempt at once.
    this.#mailbox.drop('tick');
    this.life.disconnect(cause, mayRetry ? retryInMs : undefined);
  }

  /** The connection is about to end. */
  #leave(): void {
    this.#closing.abort(ended('signal', 'unknown', undefined));
    if (this.state === 'backing-off') this.#goDown(undefined, undefined);
  }

  /** Calls `terminate`, for so long as it may take, and ends. */
  async #stop(reason: StopReason, reply?: () => void): Promise<void> {
    if (this.#phase.name === 'terminating' || this.#phase.name === 'over') return;
    this.#phase = { name: 'terminating', reason, reply };
    this.#leave();
    this.#terminateLimit.set(this.#clock.now() + TERMINATE_TIMEOUT_MS);
    const failure = await this.#runner.terminate(reason);
    this.#end(failure ?? reason);
  }

  /** Ends now, whatever still runs: what that returns is not heeded. */
  #abandon(): void {
    const reason = reasonOf(this.#phase);
    if (reason === undefined) forConnection(() => void this.#runner.terminate('normal'));
    this.#end(reason ?? 'normal');
  }

  #end(reason: StopReason): void {
    if (this.#phase.name === 'over') return;
    if (this.#phase.name === 'terminating') this.#phase.reply?.();
    this.#phase = { name: 'over', reason };
    this.#closing.abort(ended('signal', 'unknown', undefined));
    this.#terminateLimit.clear();
    this.#timeouts.stop();
    this.#runner.forget();
    const cause = reason instanceof Error ? reason : undefined;
    this.life.close(cause);
    this.#calls.end((call) => endedCall(call, reason));
    this.#releaseSockets();
    this.#mailbox.clear();
    // Whoever waits for the start is told. If nobody does, nobody else may learn of it.
    if (this.#starter.waits) this.#starter.reject(() => this.#refusal(this.#starter.wants));
    else if (cause !== undefined) process.emitWarning(cause);
  }

  #own(socket: Duplex, active: boolean): void {
    this.#sockets.own(socket, active);
    if (this.#phase.name === 'over') this.#sockets.release();
  }

  /** The sockets of a connection end with it, and what they said is not told any more. */
  #releaseSockets(): void {
    this.#sockets.release();
    this.#mailbox.drop('socket');
  }

  #settled(isServed: boolean): void {
    if (isServed) this.life.proven();
    if (this.#phase.name === 'closing') this.#loop.wake();
  }
}
