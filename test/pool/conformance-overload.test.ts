/** What is shed, and what is not: see conformance-checkout.test.ts. */
import { describe, expect, test } from 'vitest';
import { poolWorld, type Caller, type PoolWorld } from './world.ts';

const SERVICE_MS = 10;
const MAX = 10;
/** What ten members can do in a millisecond. */
const CAPACITY_PER_MS = MAX / SERVICE_MS;

/** Lets so many callers arrive in each millisecond, each of which holds its lease for a while. */
async function load(world: PoolWorld, perMs: number, forMs: number): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (let passed = 0; passed < forMs; passed += 1) {
    for (let count = 0; count < perMs; count += 1) {
      const caller = world.call();
      callers.push(caller);
      void caller.done.then(async () => {
        if (caller.state !== 'holds') return;
        await world.source.wait(SERVICE_MS);
        caller.release();
      });
    }
    await world.clock.advance(1);
  }
  return callers;
}

async function warmed(options: object = {}): Promise<PoolWorld> {
  const world = poolWorld({ min: MAX, max: MAX, timeoutMs: 30_000, ...options });
  await world.clock.advance(100);
  return world;
}

const served = (callers: readonly Caller[]): number =>
  callers.filter(({ state }) => state === 'holds').length;

describe('Shedding', () => {
  test('turns nobody away for ten times the load that lasts for 100 ms', async () => {
    const world = await warmed();
    const callers = await load(world, 10 * CAPACITY_PER_MS, 100);
    await world.clock.advance(5_000);
    expect(served(callers)).toBe(callers.length);
  });

  test('turns nobody away for such bursts, one after another, wherever the calendar has its intervals', async () => {
    const world = await warmed();
    for (let burst = 0; burst < 6; burst += 1) {
      const callers = await load(world, 10 * CAPACITY_PER_MS, 100);
      await world.clock.advance(1_350 + 370 * burst);
      expect(served(callers)).toBe(callers.length);
    }
  });

  test('turns some away with OVERLOADED while twice as many come as can be served, and the others are served in time', async () => {
    const world = await warmed();
    await load(world, 2 * CAPACITY_PER_MS, 4_500);
    const callers = await load(world, 2 * CAPACITY_PER_MS, 1_000);
    await world.clock.advance(5_000);
    // As many as can be served at all, but for those at the edges of the time.
    expect(served(callers)).toBeGreaterThan(0.85 * 1_000 * CAPACITY_PER_MS);
    const turnedAway = callers.filter(({ state }) => state === 'failed');
    expect(new Set(turnedAway.map(({ fate }) => fate))).toEqual(new Set(['OVERLOADED not-sent']));
    expect(turnedAway.length).toBeGreaterThan(0.7 * 1_000 * CAPACITY_PER_MS);
    expect(turnedAway[0]!.error.message).toMatch(/\d+ ms/);
  });

  test('turns those away who wait for members that are all stuck, before their own time is over', async () => {
    const world = await warmed();
    for (let count = 0; count < MAX; count += 1) world.call();
    const waiters = Array.from({ length: 5 }, () => world.call());
    await world.clock.advance(1_999);
    expect(waiters.every(({ state }) => state === 'waits')).toBe(true);
    await world.clock.advance(2_102);
    expect(waiters.map(({ fate }) => fate)).toEqual(Array(5).fill('OVERLOADED not-sent'));
  });

  test('is over soon after the load is', async () => {
    const world = await warmed();
    await load(world, 2 * CAPACITY_PER_MS, 5_000);
    await world.clock.advance(500);
    const burst = await load(world, 10 * CAPACITY_PER_MS, 100);
    await world.clock.advance(5_000);
    expect(served(burst)).toBe(burst.length);
    expect(world.pool.explain()).toMatchObject({ shedding: false });
  });

  test('is left out by shedding false', async () => {
    const world = await warmed({ shedding: false });
    const callers = await load(world, 2 * CAPACITY_PER_MS, 5_000);
    await world.clock.advance(10_000);
    expect(served(callers)).toBe(callers.length);
  });

  test('does not count what was waited in an outage', async () => {
    const world = await warmed({ whenDownWaitMs: 60_000 });
    world.source.onOpen = (open) => open.fail();
    for (const member of world.source.members) member.lose();
    // As many as take longer than an interval, and less than two.
    const callers = await load(world, 3 * CAPACITY_PER_MS, 1_000);
    await world.clock.advance(5_000);
    world.source.onOpen = (open) => open.succeed();
    await world.clock.advance(20_000);
    expect(served(callers)).toBe(callers.length);
  });

  test('begins anew after an outage: an overload of before is over', async () => {
    const world = await warmed({ whenDownWaitMs: 60_000 });
    const { clock, source, pool } = world;
    await load(world, 2 * CAPACITY_PER_MS, 4_500);
    expect(pool.explain()).toMatchObject({ shedding: true });
    source.onOpen = (open) => open.fail();
    for (const member of source.members) member.lose();
    await clock.advance(3_000);
    const callers = Array.from({ length: 4 * MAX }, () => world.call());
    for (const caller of callers) void caller.done.then(() => source.wait(300)).then(() => caller.release());
    source.onOpen = (open) => open.succeed();
    await clock.advance(20_000);
    expect(served(callers)).toBe(callers.length);
  });

  test('sheds by its own target and interval', async () => {
    const world = await warmed({ shedding: { targetMs: 10, intervalMs: 100 } });
    for (let count = 0; count < MAX; count += 1) world.call();
    const waiter = world.call();
    await world.clock.advance(99);
    expect(waiter.state).toBe('waits');
    await world.clock.advance(102);
    expect(waiter.fate).toBe('OVERLOADED not-sent');
  });
});
