import { readFileSync } from 'node:fs';

/**
 * For how long this thread could have run and was not let, for others were, in milliseconds since it was started: what a busy
 * machine adds to everything, and no client can help. 0 where the system does not say (it is Linux that does).
 */
export function starvedMs(): number {
  try {
    const [, waitedNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(waitedNs ?? 0) / 1e6;
  } catch {
    return 0;
  }
}

/** How much of it has come since this was made. */
export class Starvation {
  readonly #before = starvedMs();

  get ms(): number {
    // A process that may open no more files cannot ask.
    return Math.max(0, starvedMs() - this.#before);
  }
}
