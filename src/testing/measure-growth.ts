import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemEnvironment } from '../core/index.ts';
import { growthOf, resourceSampling, type ResourceGrowth, type ResourceSample } from './resource-sample.ts';

/** How {@link measureGrowth} measures. */
export interface GrowthOptions {
  /** Rounds that are measured, at least 3. Default: 20. */
  readonly rounds?: number | undefined;
  /** Rounds before them, in which code is compiled and caches are filled. Default: 10. */
  readonly warmUpRounds?: number | undefined;
  /** Ends it between two rounds; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What rounds of the same work have left behind. */
export interface MeasuredGrowth {
  /**
   * By how much each quantity grew with each round: the median over all pairs of rounds, so that a round in which something
   * else happened does not count. What is left in memory by work that leaves nothing is a few hundred bytes a round.
   */
  readonly perRound: ResourceGrowth;
  /** One before the first measured round, and one after each. */
  readonly samples: readonly ResourceSample[];
}

/** What a round has ended is closed and forgotten within so many turns of the event loop. */
const TURNS_BETWEEN_ROUNDS = 50;

/**
 * Does the same work again and again, one round after the other, and measures what remains of each. Collects garbage
 * between rounds, also where Node was started without `--expose-gc`. Rejects with what a round throws, and with a RangeError
 * for fewer than 3 rounds. How long it takes is for the work to say: give that its own limits.
 *
 * @param work told the number of its round, from 0; those that warm up come first
 */
export async function measureGrowth(
  work: (round: number) => unknown,
  { rounds = 20, warmUpRounds = 10, signal }: GrowthOptions = {},
): Promise<MeasuredGrowth> {
  if (!(rounds >= 3)) throw new RangeError(`rounds: expected at least 3, got ${rounds}`);
  const sample = resourceSampling(systemEnvironment.clock);
  const samples: ResourceSample[] = [];
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    signal?.throwIfAborted();
    if (round === warmUpRounds) samples.push(sample());
    await work(round);
    for (let turn = 0; turn < TURNS_BETWEEN_ROUNDS; turn += 1) await nextTurn();
    // In the rounds before as well: what taking a sample costs is to be warm too.
    const taken = sample();
    if (round >= warmUpRounds) samples.push(taken);
  }
  return { perRound: growthOf(samples, (_, round) => round), samples };
}
