import type { Clock } from '../machine/index.ts';
import { asError } from './behaviour-failures.ts';
import type { Callbacks, Context } from './callbacks.ts';
import { checkDirective, type Directive, type DirectiveCallback, type StopReason } from './directives.ts';
import type { Message } from './mailbox.ts';

/** A message that one callback takes, whatever the state. */
type Delivered = Exclude<Message, { readonly kind: 'call' | 'upgrade' | 'tick' }>;

/** How a callback ended. */
export type Answered =
  | { readonly directive: Directive; readonly failure?: undefined }
  | { readonly failure: Error; readonly directive?: undefined };

/** Calls one callback of a behaviour, and keeps what is between two: the behaviour and its state. */
export class CallbackRunner {
  readonly #clock: Clock;
  /** What `init` makes the first behaviour of. */
  readonly #class: new () => Callbacks;
  readonly #context: Context;
  #behaviour: Callbacks | undefined;
  /** What the last directive held; nothing before `init` has returned one. */
  #held: { readonly state: unknown } | undefined;
  #running: { readonly callback: string; readonly since: number } | undefined;

  constructor(clock: Clock, behaviour: new () => Callbacks, context: Context) {
    this.#clock = clock;
    this.#class = behaviour;
    this.#context = context;
  }

  /** The callback that has not returned, and since when, in the clock's milliseconds. */
  get running(): { readonly callback: string; readonly since: number } | undefined {
    return this.#running;
  }

  /** Keeps a state for the next callback. */
  hold(state: unknown): void {
    this.#held = { state };
  }

  /** Lets the behaviour and its state go: whoever keeps the handle keeps no more than that. */
  forget(): void {
    this.#behaviour = undefined;
    this.#held = undefined;
  }

  /** Gives a message to its callback. Never rejects: what a callback throws, and a bad directive, is its failure. */
  deliver(message: Delivered): Promise<Answered> {
    switch (message.kind) {
      case 'init':
        return this.#answered('init', () => {
          this.#behaviour = this.#make(this.#class);
          return this.#behaviour.init(message.argument);
        });
      case 'cast':
        return this.#ask('handleCast', (behaviour, state) => behaviour.handleCast(message.message, state));
      case 'info':
        return this.#handleInfo(message.message);
      case 'socket':
        message.from.taken(message.message);
        return this.#handleInfo(message.message);
      case 'timeout':
        return this.#handleInfo(message.timeout.message);
    }
  }

  handleCall(request: unknown, from: object): Promise<Answered> {
    return this.#ask('handleCall', (behaviour, state) => behaviour.handleCall(request, from, state));
  }

  connect(info: unknown): Promise<Answered> {
    return this.#ask('connect', (behaviour, state) => behaviour.connect(info, state));
  }

  disconnect(info: unknown): Promise<Answered> {
    return this.#ask('disconnect', (behaviour, state) => behaviour.disconnect(info, state));
  }

  /** Calls `terminate`, if there is a state to give to it. Returns its failure. */
  async terminate(reason: StopReason): Promise<Error | undefined> {
    const held = this.#held;
    if (held === undefined) return undefined;
    try {
      await this.#run('terminate', () => this.#behaviour!.terminate(reason, held.state));
      return undefined;
    } catch (thrown) {
      return asError('what terminate threw', thrown);
    }
  }

  /** Changes to another behaviour. Returns the failure that left the present one. */
  async change(behaviour: new () => Callbacks): Promise<Error | undefined> {
    try {
      await this.#run('codeChange', async () => {
        const next = this.#make(behaviour);
        const state = await next.codeChange(this.#behaviour, this.#held!.state);
        // It came too late: the connection is over.
        if (this.#held === undefined) return;
        this.#behaviour = next;
        this.hold(state);
      });
      return undefined;
    } catch (thrown) {
      return asError('what codeChange threw', thrown);
    }
  }

  #handleInfo(message: unknown): Promise<Answered> {
    return this.#ask('handleInfo', (behaviour, state) => behaviour.handleInfo(message, state));
  }

  #ask(
    callback: DirectiveCallback,
    invoke: (behaviour: Callbacks, state: unknown) => unknown,
  ): Promise<Answered> {
    return this.#answered(callback, () => invoke(this.#behaviour!, this.#held!.state));
  }

  async #answered(callback: DirectiveCallback, invoke: () => unknown): Promise<Answered> {
    try {
      return { directive: checkDirective(callback, await this.#run(callback, invoke)) };
    } catch (thrown) {
      return { failure: asError(`what ${callback} threw`, thrown) };
    }
  }

  #make(behaviour: new () => Callbacks): Callbacks {
    const made = new behaviour();
    made['~attach'](this.#context);
    return made;
  }

  async #run(callback: string, invoke: () => unknown): Promise<unknown> {
    this.#running = { callback, since: this.#clock.now() };
    try {
      return await invoke();
    } finally {
      this.#running = undefined;
    }
  }
}
