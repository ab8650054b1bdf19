import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, step, type ConnectionEvent, type ConnectionState } from '../../src/core/machine/index.ts';
import { CAUSE, contextOf, NOW, POLICY, samples } from './connections.ts';

const BACKOFF = POLICY.backoff;

/** Bound of the wait after so many failures, which have lasted for so long. */
function bound(count: number, lastedMs: number = Infinity): number {
  return backoffMs(BACKOFF, { count, since: NOW - lastedMs }, { now: NOW, random: 1 });
}

/** A connection whose life is played through, with time passing as it waits. */
class Played {
  state: ConnectionState = samples().idle;
  now = NOW;
  /** The waits so far, in milliseconds. */
  readonly waits: number[] = [];
  readonly #random: () => number;

  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  take(
    ...types: readonly ('connect' | 'opened' | 'handshaken' | 'proven' | 'lost' | 'refused' | 'unfit')[]
  ): this {
    for (const type of types) {
      this.#step(type === 'connect' ? { type } : { type, epoch: this.state.epoch, cause: CAUSE });
    }
    return this;
  }

  /** Is told to stay down. */
  disconnect(): this {
    this.#step({ type: 'disconnect', cause: undefined, retryInMs: undefined });
    return this;
  }

  /** Waits to the end of the backoff and dials. */
  retry(): this {
    if (this.state.name === 'backing-off') this.now = this.state.retryAt;
    this.#step({ type: 'retry-due', epoch: this.state.epoch });
    return this;
  }

  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  #step(event: ConnectionEvent): void {
    const { state, effects } = step(this.state, event, contextOf({}, this.#random(), this.now));
    for (const effect of effects) if (effect.do === 'retry-later') this.waits.push(effect.delayMs);
    this.state = state;
  }
}

describe('backoff', () => {
  test('is anywhere between 0 and a bound that doubles from 100 ms to 10 s', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1_000, Infinity].map((count) => bound(count));
    expect(bounds).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000]);
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(1_000_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (count, lastedMs, random) => {
          const delayMs = backoffMs(BACKOFF, { count, since: NOW - lastedMs }, { now: NOW, random });
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThanOrEqual(10_000);
          expect(delayMs).toBe(random * bound(count, lastedMs));
        },
      ),
    );
  });

  test('has no bound longer than the failures have lasted, but for 100 ms', () => {
    const lasted = [0, 99, 100, 101, 4_000, 9_999, 10_001];
    expect(lasted.map((lastedMs) => bound(1_000, lastedMs))).toEqual([
      100, 100, 100, 101, 4_000, 9_999, 10_000,
    ]);
    expect(bound(2, 4_000)).toBe(400);
  });

  test('the first try after a proven connection comes within 100 ms', () => {
    for (const random of [0, 0.5, 0.999_999]) {
      const played = new Played(() => random).take('connect', 'opened', 'handshaken', 'proven', 'lost');
      expect(played.waits).toEqual([random * 100]);
    }
  });

  test('grows with each pass that fails, for ever', () => {
    const played = new Played(() => 1).take('connect', 'lost');
    for (let count = 0; count < 9; count += 1) played.retry().take('lost');
    expect(played.waits).toEqual([100, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    for (let count = 0; count < 5_000; count += 1) played.retry().take('opened', 'lost');
    expect(played.state).toMatchObject({ name: 'backing-off', failures: { count: 5_009 } });
  });

  test('a connection that was reached and dropped does not reset it, so that there is no hot loop', () => {
    const played = new Played().take('connect', 'opened', 'handshaken', 'lost');
    for (let count = 1; count < 1_000; count += 1) {
      played.retry().take('opened', 'handshaken').pass(9_999).take('lost');
    }
    const expected = Array.from({ length: 1_000 }, (_, count) => bound(count) / 2);
    expect(played.waits).toEqual(expected);
    const total = played.waits.reduce((sum, delayMs) => sum + delayMs, 0);
    expect(total).toBe(50 * (2 ** 7 - 1) + 993 * 5_000);
  });

  test('a reply resets it', () => {
    const played = new Played(() => 1).take('connect', 'lost').retry().take('lost').retry().take('lost');
    played.retry().take('opened', 'handshaken', 'proven', 'lost').retry().take('lost');
    expect(played.waits).toEqual([100, 100, 200, 100, 100]);
  });

  test('a reply of a peer that turns out to be unfit does not, so that there is no hot loop', () => {
    const played = new Played().take('connect', 'opened', 'handshaken', 'proven', 'unfit');
    for (let count = 1; count < 20; count += 1) {
      played.retry().take('opened', 'handshaken', 'proven').pass(9_999).take('unfit');
    }
    expect(played.waits).toEqual(Array.from({ length: 20 }, (_, count) => bound(count) / 2));
    // Nor does it count against one that is only lost.
    played.retry().take('opened', 'handshaken', 'proven', 'lost');
    expect(played.waits.at(-1)).toBe(50);
  });

  test('of a peer that has become unfit after ten seconds nothing is recalled', () => {
    const played = new Played(() => 1).take('connect', 'lost').retry().take('opened', 'handshaken', 'proven');
    expect(played.pass(10_000).take('unfit').waits).toEqual([100, 100]);
  });

  test('ten seconds up reset it, not a millisecond less', () => {
    const dropped = (upForMs: number): Played =>
      new Played(() => 1)
        .take('connect', 'lost')
        .retry()
        .take('opened', 'handshaken')
        .pass(upForMs)
        .take('lost');
    expect(dropped(9_999).waits).toEqual([100, 200]);
    expect(dropped(10_000).waits).toEqual([100, 100]);
  });

  test('a proof in any other state changes nothing', () => {
    for (const state of Object.values(samples())) {
      if (state.name === 'ready') continue;
      const next = step(state, { type: 'proven', epoch: state.epoch }, contextOf());
      expect(next).toEqual({ state, effects: [] });
    }
  });

  test('a second proof changes nothing', () => {
    const { ready } = samples();
    const proven = step(ready, { type: 'proven', epoch: ready.epoch }, contextOf()).state;
    expect(step(proven, { type: 'proven', epoch: ready.epoch }, contextOf()).state).toBe(proven);
  });

  test('connecting now instead of waiting counts the failures on', () => {
    const played = new Played(() => 1).take('connect', 'lost');
    for (let count = 0; count < 2; count += 1) played.take('connect').pass(1_000).take('lost');
    expect(played.waits).toEqual([100, 200, 400]);
  });

  test('refusals after a first success come back each 27 to 30 s', () => {
    const played = new Played(() => 0.999).take('connect', 'opened', 'handshaken', 'proven', 'lost');
    for (let count = 0; count < 20; count += 1) played.retry().take('opened', 'refused');
    const slow = played.waits.slice(1);
    expect(slow).toHaveLength(20);
    for (const delayMs of slow) expect(delayMs).toBeCloseTo(27_003, 5);
  });
});

describe('the outage so far, which no wait is longer than', () => {
  test('is the time since the first loss, whatever fails, and for how long, until the connection is proven', () => {
    const pass = fc.record({
      events: fc.constantFrom<('connect' | 'opened' | 'handshaken' | 'lost')[]>(
        ['lost'],
        ['opened', 'lost'],
        ['opened', 'handshaken', 'lost'],
        ['connect', 'lost'],
      ),
      takesMs: fc.nat(6_000),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(pass, { maxLength: 40 }), (passes) => {
        let chance = 0.5;
        const played = new Played(() => chance);
        played.take('connect', 'opened', 'handshaken', 'proven').pass(60_000).take('lost');
        const beganAt = played.now;
        for (const { events, takesMs, random } of passes) {
          chance = random;
          played
            .retry()
            .pass(takesMs)
            .take(...events);
          const lastedMs = Math.max(100, played.now - beganAt);
          expect(played.waits.at(-1)).toBeLessThanOrEqual(Math.min(10_000, lastedMs));
        }
      }),
    );
  });

  test('goes on through a connection that is lost before it is proven', () => {
    const played = new Played(() => 1).take('connect', 'lost').retry().take('lost').retry().take('lost');
    played.retry().take('opened', 'handshaken', 'lost').retry().take('opened', 'handshaken', 'unfit');
    expect(played.waits).toEqual([100, 100, 200, 400, 800]);
  });

  test('goes on when a peer that has proved itself turns out to be unfit', () => {
    const played = new Played(() => 1).take('connect', 'lost').retry().take('lost').retry().take('lost');
    played.retry().take('opened', 'handshaken', 'proven', 'unfit');
    expect(played.waits).toEqual([100, 100, 200, 400]);
  });

  test('begins with the loss of a connection that was up for ten seconds', () => {
    const played = new Played(() => 1).take('connect', 'lost').retry().take('lost').retry().take('lost');
    played.retry().take('opened', 'handshaken').pass(10_000).take('lost').retry().take('lost');
    expect(played.waits).toEqual([100, 100, 200, 100, 100]);
  });

  test('begins with the first attempt where there was no connection yet', () => {
    const played = new Played(() => 1)
      .pass(60_000)
      .take('connect')
      .pass(150)
      .take('lost')
      .retry()
      .take('lost');
    expect(played.waits).toEqual([100, 200]);
  });

  test('has no part in the time in which none was wanted', () => {
    const stayed = new Played(() => 1).take('connect', 'lost').disconnect().pass(3_600_000);
    const parked = new Played(() => 1).take('connect', 'refused').pass(3_600_000);
    expect(stayed.take('connect', 'lost').retry().take('lost').waits).toEqual([100, 100, 100]);
    expect(parked.take('connect', 'lost').retry().take('lost').waits).toEqual([100, 100]);
  });
});
