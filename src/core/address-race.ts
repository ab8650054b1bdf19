import { unlessEnded } from './dial-end.ts';
import type { Address } from './lookup.ts';
import type { Clock, Timer } from './machine/index.ts';

/** How long an address is tried before the next is tried beside it: the delay that RFC 8305 recommends. */
export const STAGGER_MS = 250;

/** One address that is being tried. */
export interface Attempt {
  /** Called once. Rejects when the address does not answer, or after `destroy()`. */
  connect(): Promise<void>;
  destroy(): void;
}

/** In the order of RFC 8305, section 4: the resolver's, but families take turns as long as there are both. */
export function alternateFamilies(addresses: readonly Address[]): Address[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return addresses
    .flatMap((_, index) => [preferred[index], others[index]])
    .filter((each) => each !== undefined);
}

/**
 * Tries one after the other and resolves with the first that connects: the next starts when the one before has failed
 * or {@link STAGGER_MS} have passed, which ends none that is under way. All but the winner are destroyed.
 *
 * Rejects with an AggregateError when all have failed, its errors in the order of `starts`, and as the signal says
 * when that ends the race.
 */
export async function raceAddresses<A extends Attempt>(
  starts: readonly (() => A)[],
  clock: Clock,
  signal: AbortSignal,
): Promise<A> {
  const race = new AddressRace(starts, clock);
  let winner: A | undefined;
  try {
    winner = await unlessEnded(race.run(), signal);
    return winner;
  } finally {
    race.end(winner);
  }
}

class AddressRace<A extends Attempt> {
  readonly #clock: Clock;
  /** Those not started yet. */
  readonly #waiting: (() => A)[];
  readonly #started: A[] = [];
  readonly #errors: unknown[];
  #failures = 0;
  #timer: Timer | undefined;

  constructor(starts: readonly (() => A)[], clock: Clock) {
    this.#clock = clock;
    this.#waiting = [...starts];
    this.#errors = starts.map(() => undefined);
  }

  run(): Promise<A> {
    return new Promise((resolve, reject) => this.#startNext(resolve, reject));
  }

  end(winner: A | undefined): void {
    this.#waiting.length = 0;
    this.#clearTimer();
    for (const attempt of this.#started) if (attempt !== winner) attempt.destroy();
  }

  #startNext(resolve: (winner: A) => void, reject: (cause: AggregateError) => void): void {
    this.#clearTimer();
    const start = this.#waiting.shift();
    if (start === undefined) return;
    const index = this.#started.length;
    const attempt = start();
    this.#started.push(attempt);
    attempt.connect().then(
      () => resolve(attempt),
      (error: unknown) => {
        this.#errors[index] = error;
        this.#failures += 1;
        if (this.#failures === this.#errors.length) reject(new AggregateError(this.#errors));
        this.#startNext(resolve, reject);
      },
    );
    if (this.#waiting.length > 0) {
      this.#timer = this.#clock.setTimer(() => this.#startNext(resolve, reject), STAGGER_MS);
    }
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
