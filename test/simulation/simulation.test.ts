import { describe, expect, test } from 'vitest';
import { runScenario } from './scenario.ts';

/** `HAWSER_SEED=n` replays one seed; `HAWSER_SEEDS=n` runs another number of them. */
const { HAWSER_SEED: replayed, HAWSER_SEEDS: count = '2000' } = process.env;
const seeds =
  replayed === undefined
    ? Array.from({ length: Number(count) }, (_, index) => index + 1)
    : [Number(replayed)];

describe('Under random calls, aborts, deadlines and faults', () => {
  test(`each of ${seeds.length} seeds keeps every promise`, { timeout: 600_000 }, async () => {
    const totals = new Map<string, number>();
    const failures: string[] = [];
    for (const seed of seeds) {
      const { broken, fates } = await runScenario(seed);
      for (const [fate, times] of fates) totals.set(fate, (totals.get(fate) ?? 0) + times);
      if (broken.length > 0) {
        failures.push(
          `HAWSER_SEED=${seed} npx vitest run test/simulation\n  ${broken.slice(0, 5).join('\n  ')}`,
        );
      }
      if (failures.length === 10) break;
    }
    expect(failures).toEqual([]);
    if (replayed !== undefined) return;
    // Otherwise the run would have shown little.
    for (const fate of [
      'ok',
      'DEADLINE unknown',
      'DEADLINE not-sent',
      'ABORTED unknown',
      'ABORTED not-sent',
    ]) {
      expect(totals.get(fate) ?? 0, fate).toBeGreaterThan(seeds.length / 100);
    }
    for (const fate of [
      'CONNECTION_LOST unknown',
      'STALLED unknown',
      'NOT_CONNECTED not-sent',
      'OVERLOADED not-sent',
    ]) {
      expect(totals.get(fate) ?? 0, fate).toBeGreaterThan(seeds.length / 100);
    }
  });
});
