import { publishState } from '../channels.ts';
import { causeOf } from '../explain.ts';
import * as coreFailures from '../failures.ts';
import { Gate } from '../gate.ts';
import { Lifecycle, type Transition } from '../lifecycle.ts';
import { LifecycleWaits } from '../lifecycle-waits.ts';
import { Listeners } from '../listeners.ts';
import type { ConnectionState, HawserError } from '../machine/index.ts';
import { PROVEN_AFTER_MS } from '../options.ts';
import type { StateChange } from '../pipeline.ts';
import type { PoolExplanation } from './pool-explanation.ts';
import * as failures from './pool-failures.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { PoolEnvironment } from './pool-source.ts';

/** What follows from the state of a pool's health. */
export interface HealthEffects {
  /** The prober dials. */
  probe(epoch: number): void;
  /** Every dial is to be given up. */
  giveUp(cause: Error): void;
  /** Nobody may wait any longer. */
  dropWaiting(): void;
  changed(state: ConnectionState): void;
  explain(): PoolExplanation;
}

/**
 * Whether a pool reaches its server: the lifecycle of a connection, lived by all members together. It is ready when one
 * was opened, and down when the last one is lost or cannot be replaced; then one prober tries, as a connection does.
 */
export class Health {
  readonly listeners: Listeners<StateChange> = new Listeners<StateChange>();
  readonly #environment: PoolEnvironment;
  readonly #effects: HealthEffects;
  readonly #sourceName: string;
  readonly #options: ResolvedPoolOptions;
  readonly #lifecycle: Lifecycle;
  readonly #gate: Gate;
  readonly #waits: LifecycleWaits;

  constructor(
    environment: PoolEnvironment,
    options: ResolvedPoolOptions,
    sourceName: string,
    effects: HealthEffects,
  ) {
    const { clock, random } = environment;
    const { backoff, slowRetryMs, whenDownWaitMs } = options;
    this.#environment = environment;
    this.#effects = effects;
    this.#sourceName = sourceName;
    this.#options = options;
    this.#waits = new LifecycleWaits(clock, (command) => this.refusal(command));
    this.#gate = new Gate(clock, whenDownWaitMs, () => effects.dropWaiting());
    const attempts = { endpoints: 1, backoff, slowRetryMs };
    const policy = { ...attempts, provenAfterMs: PROVEN_AFTER_MS, reconnects: true };
    this.#lifecycle = new Lifecycle(clock, random, policy, {
      dial: (epoch) => effects.probe(epoch),
      // What a source opens is ready: the two steps are one.
      handshake: (epoch) => this.#lifecycle.dispatch({ type: 'handshaken', epoch }),
      tearDown: (cause) => effects.giveUp(cause ?? failures.closedPool('open')),
      changed: (transition) => this.#changed(transition),
    });
  }

  get state(): ConnectionState {
    return this.#lifecycle.state;
  }

  get transitions(): readonly Transition[] {
    return this.#lifecycle.transitions;
  }

  /** Whether callers may wait. */
  get isOpen(): boolean {
    return this.#gate.isOpen;
  }

  /** Why the server is not reached; `undefined` while it is, and before the first attempt has failed. */
  get cause(): Error | undefined {
    return causeOf(this.state);
  }

  /** Tries now: the first time, out of a wait, or after parking. */
  begin(): void {
    this.#lifecycle.dispatch({ type: 'connect' });
  }

  /** The prober has opened a member. */
  reached(epoch: number): void {
    this.#lifecycle.dispatch({ type: 'opened', epoch });
  }

  /** A dial has failed, and there is no member; `epoch` is the prober's, or else the present one. */
  failed(epoch: number | undefined, cause: Error): void {
    const type = coreFailures.isRefusal(cause) ? 'refused' : 'lost';
    this.#lifecycle.dispatch({ type, epoch: epoch ?? this.state.epoch, cause });
  }

  /** The last member that lived is lost, or none is fit any more. */
  emptied(cause: Error): void {
    const { name, epoch } = this.state;
    const type = coreFailures.isUnfit(cause) ? 'unfit' : 'lost';
    if (name === 'ready') this.#lifecycle.dispatch({ type, epoch, cause });
  }

  /** A member has worked. */
  proven(): void {
    const { state } = this.#lifecycle;
    if (state.name === 'ready' && state.failures !== undefined) {
      this.#lifecycle.dispatch({ type: 'proven', epoch: state.epoch });
    }
  }

  drain(): void {
    this.#lifecycle.dispatch({ type: 'drain' });
  }

  /** Nothing is out any more. */
  drained(): void {
    this.#lifecycle.dispatch({ type: 'drained', epoch: this.state.epoch });
  }

  close(): void {
    this.#lifecycle.dispatch({ type: 'close', cause: undefined });
  }

  /** Resolves when the first attempt has succeeded, rejects with why it has not. */
  firstPass(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#waits.firstPass.wait(limitMs, signal, () =>
      this.#notReady('connect', 'CONNECT_TIMEOUT', limitMs),
    );
  }

  /** Resolves when the server is reached; begins if nobody has asked before. */
  async ready(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    switch (this.state.name) {
      case 'ready':
        return;
      case 'parked':
      case 'draining':
      case 'closed':
        throw this.refusal('ready');
      case 'idle':
        this.begin();
        break;
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
    }
    await this.#waits.ready.wait(limitMs, signal, () => this.#notReady('ready', 'DEADLINE', limitMs));
  }

  /** Why nothing is checked out in the present state. */
  refusal(command: string): HawserError {
    const { state } = this;
    if (state.name === 'closed' || state.name === 'draining') return failures.closedPool(command);
    return coreFailures.notConnected(state, this.#environment.clock.now(), command);
  }

  #notReady(command: string, code: 'DEADLINE' | 'CONNECT_TIMEOUT', limitMs: number): HawserError {
    return coreFailures.notReady(command, code, limitMs, this.state, this.#effects.explain());
  }

  #changed({ from, to }: Transition): void {
    this.#gate.update(to);
    this.#effects.changed(to);
    this.#waits.update(to);
    const change = { from: from.name, to: to.name, cause: causeOf(to) };
    publishState(() => ({ protocol: this.#sourceName, connection: this.#options.name, ...change }));
    this.listeners.notify(change);
  }
}
