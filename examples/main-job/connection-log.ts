import type { Redis } from 'hawser/redis';
import { milliseconds, type Display } from './display.ts';

/** Follows the states of a connection: tells of them, counts the connections, and says when one is lost. */
export class ConnectionLog {
  #opened = 1;
  #onLost: (() => void) | undefined;

  /** @param redis Connected. */
  constructor(redis: Redis, display: Display) {
    display.event(`ready: connected to ${redis.explain().peer}`);
    redis.onState(({ from, to, cause }) => {
      if (from === 'ready') this.#lost();
      if (to === 'ready') {
        this.#opened++;
        display.event(`ready: connected to ${redis.explain().peer}`);
      } else if (to === 'backing-off') {
        const next = milliseconds(redis.explain().nextAttemptInMs);
        display.event(`${from} -> backing-off, next attempt in ${next}: ${cause?.message}`);
      } else if (to === 'parked') {
        display.event(`parked: ${cause?.message}`);
      }
    });
  }

  /** How many times the connection became ready. */
  get opened(): number {
    return this.#opened;
  }

  /** Resolves with the time at which the client next knows that it has no connection. */
  whenLost(): Promise<number> {
    return new Promise((resolve) => {
      this.#onLost = () => resolve(performance.now());
    });
  }

  #lost(): void {
    this.#onLost?.();
    this.#onLost = undefined;
  }
}
