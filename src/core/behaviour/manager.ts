import type { Environment } from '../environment.ts';
import { Listeners } from '../listeners.ts';
import type { StateName } from '../machine/index.ts';
import type { StateChange } from '../pipeline.ts';
import type { WaitOptions } from '../waits.ts';
import type { BehaviourExplanation } from './behaviour-explanation.ts';
import type { ResolvedBehaviourOptions } from './behaviour-options.ts';
import type { Callbacks } from './callbacks.ts';
import { ConnectionHandle } from './connection-handle.ts';

/** Runs a behaviour. */
export class Manager {
  readonly handle: ConnectionHandle<unknown, unknown, unknown, unknown> = new ConnectionHandle(this);
  readonly stateListeners: Listeners<StateChange> = new Listeners();
  readonly #options: ResolvedBehaviourOptions;

  constructor(_behaviour: new () => Callbacks, options: ResolvedBehaviourOptions, _environment: Environment) {
    this.#options = options;
  }

  get state(): StateName {
    return 'idle';
  }

  start(_argument: unknown): Promise<void> {
    return Promise.reject(new Error(this.#options.name));
  }

  connect(argument: unknown): Promise<void> {
    return this.start(argument);
  }

  call(_request: unknown, _options: WaitOptions | undefined): Promise<unknown> {
    return this.start(undefined);
  }

  tell(_message: { readonly kind: 'cast' | 'info'; readonly message: unknown }): void {}

  upgrade(_behaviour: new () => Callbacks, _options: WaitOptions | undefined): Promise<void> {
    return this.start(undefined);
  }

  ready(_options: WaitOptions | undefined): Promise<void> {
    return this.start(undefined);
  }

  retryNow(): void {}

  explain(): BehaviourExplanation {
    throw new Error('not yet');
  }

  close(_options: WaitOptions | undefined): Promise<void> {
    return this.start(undefined);
  }
}
