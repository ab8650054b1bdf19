import { HawserError } from './machine/index.ts';

/**
 * Listeners that cannot harm who calls them: what one throws is a warning of the process, not an exception in the
 * middle of a connection.
 */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => unknown>();

  /** Returns what removes the listener again. Throws INVALID_ARGUMENT. */
  add(listener: (value: T) => unknown): () => void {
    if (typeof listener !== 'function') {
      throw new HawserError('INVALID_ARGUMENT', `listener: expected a function, got ${typeof listener}`, {
        outcome: 'not-sent',
      });
    }
    // Its own function each time: the same listener added twice is called twice and removed one by one.
    const own = (value: T): unknown => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  notify(value: T): void {
    for (const listener of this.#listeners) {
      try {
        const result = listener(value);
        if (result instanceof Promise) result.catch(warn);
      } catch (error) {
        warn(error);
      }
    }
  }
}

function warn(thrown: unknown): void {
  process.emitWarning(thrown instanceof Error ? thrown : new Error(textOf(thrown), { cause: thrown }));
}

/** An object that is thrown need not have a text at all: to ask it for one may throw again. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : `a listener threw what is no error: ${typeof thrown}`;
}
