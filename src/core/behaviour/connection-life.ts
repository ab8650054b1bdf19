import { publishState } from '../channels.ts';
import type { Environment } from '../environment.ts';
import { causeOf, explainLifecycle, type ExplainedLifecycle } from '../explain.ts';
import { Lifecycle, type Transition } from '../lifecycle.ts';
import { Listeners } from '../listeners.ts';
import type { ConnectionState, StateName } from '../machine/index.ts';
import { PROVEN_AFTER_MS } from '../options.ts';
import type { StateChange } from '../pipeline.ts';
import { Waits } from '../waits.ts';
import type { ResolvedBehaviourOptions } from './behaviour-options.ts';

/** What the life of a connection asks of whoever runs its behaviour. */
export interface ConnectionLifeOwner {
  /** An attempt to connect is wanted now. */
  attemptIsDue(): void;
  /** The connection, or the attempt, is over: nothing of it may be heard any more. */
  ended(): void;
  changed(from: StateName, to: StateName): void;
  /** Why nobody may wait any more. */
  refusal(command: string): Error;
}

/** The life of a behaviour's connection: what its directives mean to the machine, and who is told of the state. */
export class ConnectionLife {
  readonly listeners: Listeners<StateChange> = new Listeners();
  readonly ready: Waits;
  readonly closed: Waits;
  readonly #name: string;
  readonly #owner: ConnectionLifeOwner;
  readonly #lifecycle: Lifecycle;

  constructor(
    { name, backoff }: ResolvedBehaviourOptions,
    { clock, random }: Environment,
    owner: ConnectionLifeOwner,
  ) {
    this.#name = name;
    this.#owner = owner;
    this.ready = new Waits(clock, 'ready');
    this.closed = new Waits(clock, 'close');
    const attempts = { endpoints: 1, backoff, slowRetryMs: backoff.capMs };
    const policy = { ...attempts, provenAfterMs: PROVEN_AFTER_MS, reconnects: true };
    this.#lifecycle = new Lifecycle(clock, random, policy, {
      dial: () => owner.attemptIsDue(),
      // To a behaviour, to connect and to shake hands is one.
      handshake: (epoch) => this.#lifecycle.dispatch({ type: 'handshaken', epoch }),
      tearDown: () => owner.ended(),
      changed: (transition) => this.#changed(transition),
    });
  }

  get state(): ConnectionState {
    return this.#lifecycle.state;
  }

  /** An attempt begins, or is due already. */
  connect(): void {
    this.#lifecycle.dispatch({ type: 'connect' });
  }

  /** The attempt has succeeded. */
  connected(): void {
    this.#lifecycle.dispatch({ type: 'opened', epoch: this.state.epoch });
  }

  /** There is no connection, and none is wanted until told, or until the backoff is over. */
  disconnect(cause: Error | undefined, retryInMs: number | 'by-policy' | undefined): void {
    this.#lifecycle.dispatch({ type: 'disconnect', cause, retryInMs });
  }

  /** The connection has served somebody. */
  proven(): void {
    const { state } = this;
    if (state.name !== 'ready' || state.failures === undefined) return;
    this.#lifecycle.dispatch({ type: 'proven', epoch: state.epoch });
  }

  close(cause: Error | undefined): void {
    this.#lifecycle.dispatch({ type: 'close', cause });
  }

  /** `now` is in the clock's milliseconds. */
  explain(now: number): ExplainedLifecycle {
    return explainLifecycle(this.#lifecycle, now);
  }

  #changed({ from, to }: Transition): void {
    this.#owner.changed(from.name, to.name);
    if (to.name === 'ready') this.ready.resolve();
    if (to.name === 'closed') {
      this.ready.reject(() => this.#owner.refusal('ready'));
      this.closed.resolve();
    }
    const change = { from: from.name, to: to.name, cause: causeOf(to) };
    publishState(() => ({ protocol: 'connection', connection: this.#name, ...change }));
    this.listeners.notify(change);
  }
}
