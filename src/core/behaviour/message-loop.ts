import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../machine/index.ts';

/** Messages that are handled before the event loop gets a turn: a behaviour that talks to itself must not stop the clock. */
const MESSAGES_PER_TURN = 1_000;

const rootContext = new AsyncResource('HawserBehaviour');

/** Callbacks run for the connection, not for whoever happened to wake or end it, and must not have their async context. */
export function forConnection(work: () => void): void {
  rootContext.runInAsyncScope(work);
}

/** Handles messages one after the other, as long as there are any; then sleeps until it is woken. */
export class MessageLoop<M> {
  readonly #clock: Clock;
  readonly #next: () => M | undefined;
  readonly #handle: (message: M) => Promise<void>;
  #state: 'asleep' | 'awake' = 'asleep';
  /** Also over times of sleep, which need not be turns of the event loop. */
  #handled = 0;

  /** Neither `next` nor what `handle` returns may fail. */
  constructor(clock: Clock, next: () => M | undefined, handle: (message: M) => Promise<void>) {
    this.#clock = clock;
    this.#next = next;
    this.#handle = handle;
  }

  /** There may be a message. It is not handled before the present callbacks of Node are over. */
  wake(): void {
    if (this.#state === 'awake') return;
    this.#state = 'awake';
    forConnection(() => process.nextTick(() => void this.#run()));
  }

  async #run(): Promise<void> {
    for (let message = this.#take(); message !== undefined; message = this.#take()) {
      await this.#handle(message);
      this.#handled += 1;
      if (this.#handled % MESSAGES_PER_TURN === 0) {
        await new Promise<void>((resolve) => this.#clock.afterPoll(resolve));
      }
    }
  }

  /** Asleep before it asks: what finds that there is nothing left to do may wake it again. */
  #take(): M | undefined {
    this.#state = 'asleep';
    const message = this.#next();
    if (message !== undefined) this.#state = 'awake';
    return message;
  }
}

/** Resolves when what was settled before has been told to those who wait for it. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
