const nothing = (): void => {};

/**
 * A promise that rejects with `error`, whose stack then is that of whoever awaits it.
 *
 * To capture a stack for each call would cost more than the call. V8 can instead name the async functions that
 * wait for a promise, if it is asked from a reaction that leads to them: so the stack is captured two reactions
 * from now, when the promise of the call has been chained to this one.
 *
 * Source: https://v8.dev/docs/stack-trace-api#async-stack-traces
 */
export function rejection(error: Error): Promise<never> {
  return Promise.resolve()
    .then(nothing)
    .then(function rejectNow(): never {
      // Captured here, formatted only when somebody reads it: that is the dear part, and a lost connection fails
      // a hundred thousand calls at once.
      Error.captureStackTrace(error, rejectNow);
      throw error;
    });
}

/**
 * Runs `make` so that the errors it makes have no stack: where bytes are decoded or a timer fires tells nothing of a
 * call. Whoever fails a call with such an error gives it the stack of the caller.
 */
export function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  // Not an assignment: that throws where a program has frozen Error.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
