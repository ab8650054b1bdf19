import { AsyncResource } from 'node:async_hooks';
import type { Clock } from './machine/index.ts';
import { MAX_TIMER_MS } from './options.ts';

/** Timers of a connection set one another for ever, and must not keep the async context of the request that began it. */
const rootContext = new AsyncResource('HawserTimer');

class SystemTimer {
  handle: NodeJS.Timeout | undefined;
}

/** Time as the machine tells it: monotonic, from the process's own origin. */
export const systemClock: Clock = {
  now: () => performance.now(),

  setTimer(callback, delayMs) {
    const timer = new SystemTimer();
    const dueMs = performance.now() + delayMs;
    const wait = (): void => {
      const remainingMs = dueMs - performance.now();
      const delay = Math.min(Math.ceil(remainingMs), MAX_TIMER_MS);
      timer.handle = rootContext.runInAsyncScope(setTimeout<[]>, undefined, fire, delay);
    };
    // Node counts whole milliseconds, cut off, and fires up to one too early.
    const fire = (): void => (performance.now() < dueMs ? wait() : callback());
    wait();
    return timer;
  },

  clearTimer(timer) {
    clearTimeout((timer as SystemTimer).handle);
  },

  afterPoll(callback) {
    setImmediate(callback);
  },
};
