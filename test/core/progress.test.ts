import { describe, expect, test } from 'vitest';
import { Progress, type ProgressSubject } from '../../src/core/progress.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { endingOf, RedisWorld } from '../support/redis-world.ts';

/** A connection of which only silence matters. Notes what it is told, as `what@when`. */
class Watched implements ProgressSubject {
  readonly clock = new VirtualClock();
  readonly told: string[] = [];
  readonly progress: Progress;
  silenceMs: number | undefined;
  /** How long the peer may be silent over a ping. */
  pingSilenceMs: number | undefined = 1_500;

  constructor(stallAfterMs: number = 1_500) {
    this.progress = new Progress(this.clock, stallAfterMs, this);
    this.progress.start();
  }

  ping(): void {
    this.told.push(`ping@${this.clock.now()}`);
    this.silenceMs = this.pingSilenceMs;
    this.progress.made();
  }

  stalled(silentForMs: number): void {
    this.told.push(`stalled@${this.clock.now()} after ${silentForMs}`);
    this.progress.stop();
  }

  /** Something arrives: nothing is due any more, unless told otherwise. */
  receive(silenceMs?: number): void {
    this.silenceMs = silenceMs;
    this.progress.made();
  }

  at(ms: number, what: () => void): void {
    this.clock.setTimer(what, ms);
  }
}

describe('Progress', () => {
  test('an idle peer that has gone is found in two intervals: one until the ping, one for its answer', async () => {
    const watched = new Watched();
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual(['ping@1500', 'stalled@3000 after 1500']);
    expect(watched.clock.pendingTimers).toBe(0);
  });

  test('an idle peer that answers is pinged once an interval', async () => {
    const watched = new Watched();
    for (const answeredAt of [1_510, 3_020, 4_530]) watched.at(answeredAt, () => watched.receive());
    await watched.clock.advance(5_000);
    expect(watched.told).toEqual(['ping@1500', 'ping@3010', 'ping@4520']);
  });

  test('a peer that owes a reply is given one interval from its last byte', async () => {
    const watched = new Watched();
    watched.at(1_000, () => watched.receive(1_500));
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual(['stalled@2500 after 1500']);
  });

  test('a peer of which something arrives all the time is never asked', async () => {
    const watched = new Watched();
    for (let ms = 0; ms < 60_000; ms += 1_400) watched.at(ms, () => watched.receive(1_500));
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual([]);
  });

  test('a call that may be silent for longer is waited for, and is found in the interval after its time', async () => {
    const watched = new Watched();
    watched.receive(5_000);
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual(['stalled@6000 after 6000']);
  });

  test('when a call that may be silent for longer is answered, the next one is judged by its own time', async () => {
    const watched = new Watched();
    watched.receive(30_000);
    watched.at(10_000, () => watched.receive(1_500));
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual(['stalled@11500 after 1500']);
  });

  test('a ping that may be answered late is waited for', async () => {
    const watched = new Watched();
    watched.pingSilenceMs = 4_000;
    await watched.clock.advance(60_000);
    expect(watched.told).toEqual(['ping@1500', 'stalled@6000 after 4500']);
  });

  test('after the event loop was blocked, bytes that have arrived meanwhile count', async () => {
    const watched = new Watched();
    watched.receive(1_500);
    watched.at(100, () => watched.clock.jump(20_000));
    // Due in the turn of the judgement, like bytes that wait in the kernel.
    watched.at(20_050, () => watched.receive(1_500));
    await watched.clock.advance(21_000);
    expect(watched.told).toEqual([]);
  });

  test('an infinite interval watches nothing', () => {
    expect(new Watched(Infinity).clock.pendingTimers).toBe(0);
  });

  test('once stopped it says nothing', async () => {
    const watched = new Watched();
    watched.progress.stop();
    expect(watched.clock.pendingTimers).toBe(0);
    await watched.clock.advance(10_000);
    expect(watched.told).toEqual([]);
  });

  test('it says when the last progress was made', async () => {
    const watched = new Watched();
    await watched.clock.advance(700);
    expect(watched.progress.lastAt).toBe(0);
    watched.receive();
    expect(watched.progress.lastAt).toBe(700);
  });
});

describe('progress of a connection', () => {
  test('a call after one that was aborted before it was sent has its own time', async () => {
    const world = new RedisWorld({ toClient: { latencyMs: 300 } });
    const redis = await world.connect();
    await world.clock.advance(100);
    const controller = new AbortController();
    const aborted = redis.get('a', { signal: controller.signal });
    controller.abort();
    await world.failureOf(aborted);
    await world.clock.advance(1_390);
    expect(await world.endings([redis.get('b')])).toEqual([{ value: null }]);
    expect(world.network.dials).toHaveLength(1);
  });

  test('a long request to a slow peer is progress as long as the peer takes it', async () => {
    const world = new RedisWorld();
    const redis = await world.connect({ timeoutMs: 60_000 });
    const wire = world.wire(1);
    wire.stopReading();
    // Small arguments are one text, however many they are.
    const keys = Array.from({ length: 30_000 }, (_, index) => `key-${index}`);
    const ended = endingOf(redis.command(['DEL', ...keys]));
    await world.clock.advance(100);
    expect(wire.written.length).toBeLessThan(200_000);
    for (let second = 0; second < 20; second += 1) {
      wire.resumeReading();
      await world.clock.advance(2);
      wire.stopReading();
      await world.clock.advance(998);
    }
    wire.resumeReading();
    expect(await world.clock.waitFor(ended)).toEqual({ value: 0 });
    expect(world.network.dials).toHaveLength(1);
  });
});
