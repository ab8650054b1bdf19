import type { SeededRandom } from 'hawser/testing';

/** What may be done, each with how likely it is beside the others. */
export type Acts = readonly (readonly [weight: number, act: () => unknown])[];

/** Does one of them, by chance. */
export function actByChance(random: SeededRandom, acts: Acts): void {
  let dice = random.next() * acts.reduce((sum, [weight]) => sum + weight, 0);
  acts.find(([weight]) => (dice -= weight) < 0)?.[1]();
}
