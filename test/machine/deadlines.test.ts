import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deadlines, UNSTAMPED, type DeadlineLane, type SlotPhase } from '../../src/core/machine/index.ts';

/** A call with nothing but a deadline. Tells each time when somebody asks where it stands. */
class Item {
  deadline: number = UNSTAMPED;
  readonly lane: DeadlineLane<Item>;
  readonly #asked: (item: Item) => void;
  #phase: SlotPhase = 'in-flight';

  constructor(deadlines: Deadlines<Item>, timeoutMs: number, asked: (item: Item) => void = () => {}) {
    this.lane = deadlines.lane(timeoutMs);
    this.lane.push(this);
    this.#asked = asked;
  }

  get phase(): SlotPhase {
    this.#asked(this);
    return this.#phase;
  }

  settle(phase: 'gone' | 'abandoned' = 'gone'): void {
    this.#phase = phase;
    this.lane.settled();
  }
}

function expired(deadlines: Deadlines<Item>, now: number): Item[] {
  const items: Item[] = [];
  deadlines.expire(now, (item) => {
    items.push(item);
    item.settle('abandoned');
  });
  return items;
}

describe('Deadlines', () => {
  test('the time of an item begins with the stamp after it, and is not begun anew', () => {
    const deadlines = new Deadlines<Item>();
    const first = new Item(deadlines, 100);
    expect(first.deadline).toBe(UNSTAMPED);
    deadlines.stamp(1_000);
    const second = new Item(deadlines, 100);
    deadlines.stamp(1_030);
    deadlines.stamp(5_000);
    expect([first.deadline, second.deadline]).toEqual([1_100, 1_130]);
  });

  test('a deadline is a whole millisecond and never too early', () => {
    const deadlines = new Deadlines<Item>();
    const item = new Item(deadlines, 10);
    deadlines.stamp(0.25);
    expect(item.deadline).toBe(11);
    expect(expired(deadlines, 10.9)).toEqual([]);
    expect(expired(deadlines, 11)).toEqual([item]);
  });

  test('durations that differ by less than a millisecond share a lane', () => {
    const deadlines = new Deadlines<Item>();
    expect(deadlines.lane(10.9)).toBe(deadlines.lane(10.1));
    expect(deadlines.lane(11)).not.toBe(deadlines.lane(10));
    expect(deadlines.lane(10.9).timeoutMs).toBe(10);
  });

  test('what has no deadline yet is not late', () => {
    const deadlines = new Deadlines<Item>();
    const item = new Item(deadlines, 0);
    expect(expired(deadlines, 1_000)).toEqual([]);
    deadlines.stamp(1_000);
    expect(expired(deadlines, 1_000)).toEqual([item]);
  });

  test('agrees with a sorted list of deadlines, for any durations, times and early ends', () => {
    const step = fc.record({
      timeoutMs: fc.constantFrom(0, 1, 5, 50, 51, 1_000),
      count: fc.integer({ min: 0, max: 5 }),
      passMs: fc.constantFrom(0, 1, 10, 60),
      settle: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const deadlines = new Deadlines<Item>();
        let live: Item[] = [];
        let now = 0;
        for (const { timeoutMs, count, passMs, settle } of steps) {
          for (let made = 0; made < count; made += 1) live.push(new Item(deadlines, timeoutMs));
          deadlines.stamp(now);
          const early = live[settle];
          early?.settle();
          live = live.filter((item) => item !== early);
          expect(deadlines.earliest()).toBe(Math.min(Infinity, ...live.map((item) => item.deadline)));
          now += passMs;
          const late = new Set(live.filter((item) => item.deadline <= now));
          expect(new Set(expired(deadlines, now))).toEqual(late);
          live = live.filter((item) => !late.has(item));
        }
        expect(deadlines.earliest()).toBe(Math.min(Infinity, ...live.map((item) => item.deadline)));
      }),
    );
  });

  test('items of one duration pass in the order in which they were made', () => {
    const deadlines = new Deadlines<Item>();
    const items = Array.from({ length: 1_000 }, () => new Item(deadlines, 10));
    deadlines.stamp(0);
    expect(expired(deadlines, 10)).toEqual(items);
  });

  test('a lane in which nothing is left is forgotten', () => {
    const deadlines = new Deadlines<Item>();
    const item = new Item(deadlines, 10);
    deadlines.stamp(0);
    expect([deadlines.earliest(), deadlines.lane(10)]).toEqual([10, item.lane]);
    item.settle();
    expect(deadlines.earliest()).toBe(Infinity);
    expect(deadlines.lane(10)).not.toBe(item.lane);
  });

  test('an item that has settled does not hide the next one', () => {
    const deadlines = new Deadlines<Item>();
    const [first, second, third] = [0, 1, 2].map((now) => {
      const item = new Item(deadlines, 10);
      deadlines.stamp(now);
      return item;
    }) as [Item, Item, Item];
    second.settle();
    expect(deadlines.earliest()).toBe(10);
    first.settle();
    expect(deadlines.earliest()).toBe(12);
    expect(expired(deadlines, 100)).toEqual([third]);
  });

  test('items that settle behind one that hangs do not pile up', () => {
    const deadlines = new Deadlines<Item>();
    const asked = new Set<Item>();
    const ask = (item: Item): Set<Item> => asked.add(item);
    const hanging = new Item(deadlines, 10, ask);
    for (let count = 0; count < 10_000; count += 1) new Item(deadlines, 10, ask).settle();
    asked.clear();
    // More than it takes until the lane is gone through once more.
    for (let count = 0; count < 100; count += 1) new Item(deadlines, 10, ask).settle();
    expect(asked.has(hanging)).toBe(true);
    expect(asked.size).toBeLessThan(200);
    expect(hanging.lane.live).toBe(1);
  });

  test('each item that settles behind others costs little, however many there are', () => {
    const deadlines = new Deadlines<Item>();
    const hanging = Array.from({ length: 2_000 }, () => new Item(deadlines, 10));
    let asked = 0;
    const items = Array.from({ length: 2_000 }, () => new Item(deadlines, 10, () => (asked += 1)));
    for (const item of items) item.settle();
    expect(hanging[0]!.lane.live).toBe(2_000);
    expect(asked).toBeLessThan(20_000);
  });
});
