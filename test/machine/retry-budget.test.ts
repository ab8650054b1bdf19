import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RetryBudget } from '../../src/core/machine/index.ts';

function withdrawAll(budget: RetryBudget, now: number): number {
  let count = 0;
  while (budget.withdraw(now)) count += 1;
  return count;
}

describe('RetryBudget', () => {
  test('allows ten a second without any calls', () => {
    expect(withdrawAll(new RetryBudget(), 0)).toBe(100);
  });

  test('allows a fifth of the calls of the last ten seconds on top', () => {
    const budget = new RetryBudget();
    for (let second = 0; second < 10; second += 1) budget.deposit(1_000, second * 1_000);
    expect(withdrawAll(budget, 9_999)).toBe(100 + 2_000);
  });

  test('counts the last ten seconds only', () => {
    const budget = new RetryBudget();
    budget.deposit(1_000, 500);
    expect(withdrawAll(budget, 9_500)).toBe(300);
    expect(withdrawAll(budget, 10_500)).toBe(0);
    budget.deposit(500, 18_999);
    expect(withdrawAll(budget, 19_000)).toBe(200);
  });

  test('forgets all when nobody asked for long', () => {
    const budget = new RetryBudget();
    budget.deposit(1_000_000, 3_000);
    withdrawAll(budget, 3_000);
    expect(withdrawAll(budget, 1e9)).toBe(100);
  });

  test('never allows more than its share in any ten seconds', () => {
    const event = fc.record({
      passMs: fc.integer({ min: 0, max: 3_000 }),
      calls: fc.nat(100),
      retries: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.nat(1e6), (events, startMs) => {
        const budget = new RetryBudget();
        const calls: { readonly second: number; readonly count: number }[] = [];
        const retries: { readonly second: number; readonly count: number }[] = [];
        let now = startMs;
        for (const { passMs, calls: made, retries: wanted } of events) {
          now += passMs;
          const second = Math.floor(now / 1_000);
          const recent = (list: typeof calls): number =>
            list.reduce((sum, each) => sum + (each.second > second - 10 ? each.count : 0), 0);
          budget.deposit(made, now);
          calls.push({ second, count: made });
          let granted = 0;
          for (let count = 0; count < wanted; count += 1) granted += budget.withdraw(now) ? 1 : 0;
          const free = Math.floor(recent(calls) / 5) + 100 - recent(retries);
          retries.push({ second, count: granted });
          expect(granted).toBe(Math.max(0, Math.min(wanted, free)));
        }
      }),
    );
  });
});
