import type { HawserError } from './machine/index.ts';

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
export function rejection(error: HawserError): Promise<never> {
  return Promise.resolve()
    .then(nothing)
    .then(function rejectNow(): never {
      const own = error.stack;
      Error.captureStackTrace(error, rejectNow);
      // Nobody awaits in an async function: where the error was made is better than nothing.
      if (!error.stack?.includes('\n    at ') && own !== undefined) error.stack = own;
      throw error;
    });
}
