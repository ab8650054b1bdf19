import { HawserError } from './machine/index.ts';

/** The error of a dial that its signal has ended: the signal's own where that is a HawserError. */
export function dialEnded(signal: AbortSignal): HawserError {
  const reason: unknown = signal.reason;
  if (reason instanceof HawserError) return reason;
  return new HawserError('CONNECT_FAILED', 'the dial was ended', { outcome: 'not-sent', cause: reason });
}

/** Waits for a step of a dial, but not beyond the end of the dial. What the step opened is the caller's to close. */
export function unlessEnded<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(dialEnded(signal));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    void step.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
