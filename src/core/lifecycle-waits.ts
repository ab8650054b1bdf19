import { causeOf } from './explain.ts';
import { neverConnected } from './failures.ts';
import type { Clock, ConnectionState } from './machine/index.ts';
import { Waits } from './waits.ts';

/** Callers that wait for a state of a connection: for the first pass over its endpoints, for ready, for closed. */
export class LifecycleWaits {
  readonly firstPass: Waits;
  readonly ready: Waits;
  readonly closed: Waits;
  readonly #refusal: (command: string) => Error;

  /** `refusal` says why a call is not accepted in the present state. */
  constructor(clock: Clock, refusal: (command: string) => Error) {
    this.firstPass = new Waits(clock, 'connect');
    this.ready = new Waits(clock, 'ready');
    this.closed = new Waits(clock, 'close');
    this.#refusal = refusal;
  }

  /** The connection has entered a state. */
  update(state: ConnectionState): void {
    switch (state.name) {
      case 'ready':
        this.firstPass.resolve();
        this.ready.resolve();
        return;
      case 'backing-off':
        this.firstPass.reject(() => this.#whyNever(state));
        return;
      case 'parked':
        this.firstPass.reject(() => this.#whyNever(state));
        this.ready.reject(() => this.#refusal('ready'));
        return;
      case 'closed':
        this.firstPass.reject(() => this.#whyNever(state));
        this.ready.reject(() => this.#refusal('ready'));
        this.closed.resolve();
        return;
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'draining':
    }
  }

  #whyNever(state: ConnectionState): Error {
    const cause = causeOf(state);
    return (cause && neverConnected(cause)) ?? this.#refusal('connect');
  }
}
