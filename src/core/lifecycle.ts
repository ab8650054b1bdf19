import {
  step,
  type Clock,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionPolicy,
  type ConnectionState,
  type Random,
  type Timer,
} from './machine/index.ts';

/** How many transitions are remembered for `explain()`. */
export const TRANSITIONS_KEPT = 20;

/** One remembered change of state. */
export interface Transition {
  readonly from: ConnectionState;
  readonly to: ConnectionState;
  /** In the clock's milliseconds. */
  readonly at: number;
}

/** What a lifecycle does to the world. None of these may throw; all may dispatch. */
export interface LifecycleEffects {
  dial(epoch: number, endpoint: number): void;
  handshake(epoch: number): void;
  /** Also ends a dial that is under way. Settles what was in flight. */
  tearDown(cause: Error | undefined): void;
  /** The state has another name or epoch, and the effects of that were carried out. */
  changed(transition: Transition): void;
}

/**
 * Runs the machine: the one place where a connection's state is assigned. Turns effects into deeds, holds the
 * timer of the next attempt, and remembers what happened.
 */
export class Lifecycle {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: ConnectionPolicy;
  readonly #effects: LifecycleEffects;
  readonly #events: ConnectionEvent[] = [];
  readonly #transitions: Transition[] = [];
  #state: ConnectionState = { name: 'idle', epoch: 0, outage: undefined };
  #retry: Timer | undefined;
  #running = false;

  constructor(clock: Clock, random: Random, policy: ConnectionPolicy, effects: LifecycleEffects) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
    this.#effects = effects;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The last changes of state, oldest first. */
  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  /** Tells the machine what happened. An event that an effect causes is taken up after that effect's step is over. */
  dispatch(event: ConnectionEvent): void {
    this.#events.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#take(next);
    } finally {
      // Effects do not throw. If one did, the connection would else be deaf for ever.
      this.#running = false;
    }
  }

  #take(event: ConnectionEvent): void {
    const now = this.#clock.now();
    const from = this.#state;
    const { state, effects } = step(from, event, { policy: this.#policy, now, random: this.#random() });
    if (state === from) return;
    this.#state = state;
    if (from.name === 'backing-off') this.#cancelRetry();
    for (const effect of effects) this.#perform(effect);
    if (from.name === state.name && from.epoch === state.epoch) return;
    const transition = { from, to: state, at: now };
    this.#transitions.push(transition);
    if (this.#transitions.length > TRANSITIONS_KEPT) this.#transitions.shift();
    this.#effects.changed(transition);
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect.do) {
      case 'dial':
        return this.#effects.dial(effect.epoch, effect.endpoint);
      case 'handshake':
        return this.#effects.handshake(effect.epoch);
      case 'tear-down':
        return this.#effects.tearDown(effect.cause);
      case 'retry-later': {
        const { epoch, delayMs } = effect;
        if (delayMs === Infinity) return;
        this.#retry = this.#clock.setTimer(() => {
          this.#retry = undefined;
          this.dispatch({ type: 'retry-due', epoch });
        }, delayMs);
        return;
      }
    }
  }

  #cancelRetry(): void {
    if (this.#retry !== undefined) this.#clock.clearTimer(this.#retry);
    this.#retry = undefined;
  }
}
