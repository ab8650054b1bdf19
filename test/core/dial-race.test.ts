import { describe, expect, test } from 'vitest';
import { alternateFamilies, raceAddresses, type Attempt } from '../../src/core/address-race.ts';
import { STAGGER_MS } from '../../src/core/first-answer.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

class FakeAttempt implements Attempt {
  isDestroyed = false;
  succeed = (): void => {};
  fail = (_error: Error): void => {};

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
  }

  destroy(): void {
    this.isDestroyed = true;
    this.fail(new Error('destroyed'));
  }
}

function startRace(count: number) {
  const clock = new VirtualClock();
  const end = new AbortController();
  const started: FakeAttempt[] = [];
  const start = (): FakeAttempt => {
    const attempt = new FakeAttempt();
    started.push(attempt);
    return attempt;
  };
  const starts = Array.from({ length: count }, () => start);
  const winner = raceAddresses(starts, clock, end.signal);
  winner.catch(() => {});
  const attempt = (index: number): FakeAttempt => started[index] as FakeAttempt;
  return { clock, end, started, attempt, winner };
}

describe('raceAddresses', () => {
  test('starts the next beside the first after the stagger, and not before', async () => {
    const { clock, started, attempt } = startRace(3);
    await clock.advance(STAGGER_MS - 1);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
    await clock.advance(STAGGER_MS);
    expect(started).toHaveLength(3);
    expect(attempt(0).isDestroyed).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  test('starts the next at once when one fails, and its stagger counts from there', async () => {
    const { clock, started, attempt } = startRace(3);
    await clock.advance(STAGGER_MS - 10);
    attempt(0).fail(new Error('refused'));
    await clock.settle();
    expect(started).toHaveLength(2);
    await clock.advance(STAGGER_MS - 1);
    expect(started).toHaveLength(2);
    await clock.advance(1);
    expect(started).toHaveLength(3);
  });

  test('is won by the first to connect, also when it was started first; the others are destroyed', async () => {
    const { clock, started, attempt, winner } = startRace(3);
    await clock.advance(STAGGER_MS);
    attempt(0).succeed();
    expect(await winner).toBe(attempt(0));
    expect(started.map(({ isDestroyed }) => isDestroyed)).toEqual([false, true]);
    await clock.settle();
    expect(started).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test('destroys the second of two that connect in the same turn', async () => {
    const { clock, attempt, winner } = startRace(2);
    await clock.advance(STAGGER_MS);
    attempt(1).succeed();
    attempt(0).succeed();
    expect(await winner).toBe(attempt(1));
    expect(attempt(0).isDestroyed).toBe(true);
  });

  test('fails when all have failed, with the errors in the order of the addresses', async () => {
    const { clock, attempt, winner } = startRace(2);
    const [first, second] = [new Error('first'), new Error('second')];
    await clock.advance(STAGGER_MS);
    attempt(1).fail(second);
    attempt(0).fail(first);
    await expect(winner).rejects.toMatchObject({ errors: [first, second] });
  });

  test('ends with its signal: destroys what was started and starts nothing more', async () => {
    const { clock, end, started, winner } = startRace(3);
    await clock.advance(STAGGER_MS);
    end.abort();
    await expect(winner).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(started.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
    await clock.advance(STAGGER_MS);
    expect(started).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves nothing open when it is won and ended in the same turn', async () => {
    const { clock, end, attempt, winner } = startRace(1);
    await clock.settle();
    end.abort();
    attempt(0).succeed();
    await expect(winner).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(attempt(0).isDestroyed).toBe(true);
  });
});

describe('alternateFamilies', () => {
  const order = (families: number[]): string[] =>
    alternateFamilies(families.map((family, index) => ({ address: `${family}-${index}`, family }))).map(
      ({ address }) => address,
    );

  test('takes turns, beginning with the family that the resolver prefers', () => {
    expect(order([6, 6, 6, 4, 4])).toEqual(['6-0', '4-3', '6-1', '4-4', '6-2']);
    expect(order([4, 6, 6])).toEqual(['4-0', '6-1', '6-2']);
  });

  test('keeps the order of one family alone, and of none', () => {
    expect(order([4, 4])).toEqual(['4-0', '4-1']);
    expect(order([])).toEqual([]);
  });
});
