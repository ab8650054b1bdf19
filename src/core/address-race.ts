import { dialEnded } from './dial-end.ts';
import { firstAnswer } from './first-answer.ts';
import type { Address } from './lookup.ts';
import type { Clock } from './machine/index.ts';

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
 * Tries one after the other, as {@link firstAnswer} does, and resolves with the first that connects. All but the winner are
 * destroyed. Rejects as that does, but as the end of a dial when the signal ends the race.
 */
export async function raceAddresses<A extends Attempt>(
  starts: readonly (() => A)[],
  clock: Clock,
  signal: AbortSignal,
): Promise<A> {
  const started: A[] = [];
  let winner: A | undefined;
  const connect = async (start: () => A): Promise<A> => {
    const attempt = start();
    started.push(attempt);
    await attempt.connect();
    return attempt;
  };
  try {
    winner = await firstAnswer(clock, starts, connect, signal);
    return winner;
  } catch (error) {
    throw signal.aborted ? dialEnded(signal) : error;
  } finally {
    for (const attempt of started) if (attempt !== winner) attempt.destroy();
  }
}
