import type { Clock } from '../core/machine/index.ts';

class SystemTimer {
  handle: NodeJS.Timeout | undefined;
}

/** Time as the machine tells it. No delay here is longer than what `setTimeout` can take. */
export const systemClock: Clock = {
  now: () => performance.now(),

  setTimer(callback, delayMs) {
    const timer = new SystemTimer();
    const dueMs = performance.now() + delayMs;
    const wait = (): void => {
      timer.handle = setTimeout(fire, Math.ceil(dueMs - performance.now()));
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
