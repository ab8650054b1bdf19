/** Opening and ending of members: see conformance-checkout.test.ts. */
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { FakeSource, connectFailed, leftovers, refused } from './fake-source.ts';
import { environment, poolWorld } from './world.ts';

const FOR_EVER = { least: Infinity, most: Infinity };

describe('A pool that was started', () => {
  test('opens nothing before it is asked', async () => {
    const { clock, source, pool } = poolWorld();
    await clock.advance(60_000);
    expect(source.opens).toEqual([]);
    expect(pool.state).toBe('idle');
  });

  test('opens min in the background, one at first and then two at a time', async () => {
    const { clock, source, pool } = poolWorld({ min: 4 }, (fake) => {
      fake.onOpen = (open) => open.succeed(100);
    });
    await clock.advance(1_000);
    expect(source.members).toHaveLength(4);
    expect(source.opens.map(({ startedAt }) => startedAt)).toEqual([0, 100, 200, 200]);
    expect(pool.explain()).toMatchObject({ idle: 4, leased: 0, state: 'ready' });
  });

  test('lends what was opened for min', async () => {
    const { clock, source, call } = poolWorld({ min: 2 });
    await clock.settle();
    const caller = call();
    await clock.settle();
    expect(caller.state).toBe('holds');
    expect(source.opens).toHaveLength(2);
  });

  test('goes on to open min when that fails, ever more slowly, and tells nobody with an unhandled rejection', async () => {
    const { clock, source, pool } = poolWorld(
      { min: 1, backoff: { baseMs: 100, capMs: 1_000 } },
      (fake, time) => {
        fake.onOpen = (open) => (time.now() < 5_000 ? open.fail() : open.succeed());
      },
    );
    await clock.advance(4_999);
    expect(pool.state).toBe('backing-off');
    expect(source.opens.length).toBeGreaterThan(5);
    expect(source.opens.length).toBeLessThan(20);
    await clock.advance(1_000);
    expect(pool.explain()).toMatchObject({ idle: 1, state: 'ready' });
  });

  test('tells one who connects that one member is open', async () => {
    const clock = new VirtualClock();
    const source = new FakeSource(clock);
    source.onOpen = (open) => open.succeed(100);
    const connecting = Pool.connect(source, { min: 3 }, environment(clock));
    const pool = await clock.waitFor(connecting);
    expect(clock.now()).toBe(100);
    expect(pool.state).toBe('ready');
    await clock.waitFor(pool.close());
    expect(leftovers(clock, source)).toEqual([]);
  });

  test.for([
    [
      'the server refuses',
      (source: FakeSource) => (source.onOpen = (open) => open.fail(refused(), 50)),
      'HANDSHAKE_REFUSED',
    ],
    [
      'nobody listens',
      (source: FakeSource) => (source.onOpen = (open) => open.fail(connectFailed(), 50)),
      'CONNECT_FAILED',
    ],
    ['nothing answers', (source: FakeSource) => (source.onOpen = () => {}), 'CONNECT_TIMEOUT'],
  ] as const)('tells one who connects why not when %s, and leaves nothing', async ([, prepare, code]) => {
    const clock = new VirtualClock();
    const source = new FakeSource(clock);
    prepare(source);
    const connecting = Pool.connect(source, { min: 2, openTimeoutMs: 1_000 }, environment(clock));
    await expect(clock.waitFor(connecting)).rejects.toMatchObject({ code, outcome: 'not-sent' });
    await clock.advance(60_000);
    expect(leftovers(clock, source)).toEqual([]);
    expect(source.opens).toHaveLength(1);
  });

  test('tells one who connects and gives up, and leaves nothing', async () => {
    const clock = new VirtualClock();
    const source = new FakeSource(clock);
    source.onOpen = () => {};
    const controller = new AbortController();
    const connecting = Pool.connect(source, { signal: controller.signal }, environment(clock));
    await clock.advance(10);
    controller.abort();
    await expect(clock.waitFor(connecting)).rejects.toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
    await clock.advance(60_000);
    expect(leftovers(clock, source)).toEqual([]);
  });

  test('opens nothing for one who connects and has given up before', async () => {
    const clock = new VirtualClock();
    const source = new FakeSource(clock);
    const connecting = Pool.connect(source, { signal: AbortSignal.abort() }, environment(clock));
    await expect(clock.waitFor(connecting)).rejects.toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
    expect(source.opens).toEqual([]);
  });
});

describe('min', () => {
  test('is filled again when members are lost', async () => {
    const { clock, source, pool } = poolWorld({ min: 3 });
    await clock.settle();
    source.dial(1).member!.lose();
    source.dial(2).member!.lose();
    await clock.advance(1_000);
    expect(pool.explain()).toMatchObject({ idle: 3 });
    expect(source.opens).toHaveLength(5);
  });

  test('is filled again when a condemned lease ends', async () => {
    const { clock, pool, call } = poolWorld({ min: 2 });
    const caller = call();
    await clock.settle();
    caller.lease.condemn('read-only now');
    caller.release();
    await clock.advance(1_000);
    expect(pool.explain()).toMatchObject({ idle: 2 });
  });

  test('counts what is out: nothing is opened for it while enough are leased', async () => {
    const { clock, source, call } = poolWorld({ min: 2 });
    await clock.settle();
    call();
    call();
    await clock.advance(1_000);
    expect(source.opens).toHaveLength(2);
  });
});

describe('A member that is idle', () => {
  test('for longer than idleTimeoutMs is closed while there are more than min', async () => {
    const { clock, source, pool, call } = poolWorld({
      min: 1,
      max: 4,
      idleTimeoutMs: 10_000,
      lifetimeMs: FOR_EVER,
    });
    const callers = Array.from({ length: 4 }, () => call());
    await clock.settle();
    for (const caller of callers) caller.release();
    await clock.advance(9_900);
    expect(source.members).toHaveLength(4);
    await clock.advance(60_000);
    expect(source.members).toHaveLength(1);
    expect(pool.explain()).toMatchObject({ idle: 1 });
    expect(source.opens).toHaveLength(4);
  });

  test('for longer is closed to the last one without min, and the pool is still ready', async () => {
    const { clock, source, pool, call } = poolWorld({ idleTimeoutMs: 10_000 });
    const caller = call();
    await clock.settle();
    caller.release();
    await clock.advance(60_000);
    expect(source.members).toEqual([]);
    expect(pool.state).toBe('ready');
    const next = call();
    await clock.settle();
    expect(next.state).toBe('holds');
  });

  test('at the end of its lifetime is closed, and replaced for min', async () => {
    const { clock, source, pool } = poolWorld({
      min: 2,
      idleTimeoutMs: 3_600_000,
      lifetimeMs: { least: 10_000, most: 20_000 },
    });
    await clock.settle();
    const [first, second] = [source.dial(1).member!, source.dial(2).member!];
    await clock.advance(9_900);
    expect([first.socket, second.socket]).toEqual(['open', 'open']);
    await clock.advance(15_000);
    expect([first.socket, second.socket]).toEqual(['closed', 'closed']);
    expect(pool.explain()).toMatchObject({ idle: 2 });
  });
});

describe('A member that is leased', () => {
  test('at the end of its lifetime is left to its holder, and closed when it is returned', async () => {
    const { clock, source, call } = poolWorld({ max: 1, lifetimeMs: { least: 1_000, most: 1_000 } });
    const first = call();
    await clock.advance(5_000);
    const { member } = first;
    expect(member.socket).toBe('open');
    first.release();
    const second = call();
    await clock.settle();
    expect(member.socket).toBe('closed');
    expect(second.member.id).toBe(2);
    expect(source.socketsMax).toBe(1);
  });

  test('lives for a random time within its range, so that those opened together do not end together', async () => {
    let turn = 0;
    const clock = new VirtualClock();
    const source = new FakeSource(clock);
    const random = (): number => (turn++ % 10) / 10;
    const options = {
      min: 10,
      max: 10,
      idleTimeoutMs: 3_600_000,
      lifetimeMs: { least: 10_000, most: 20_000 },
    };
    const pool = Pool.start(source, options, environment(clock, random));
    await clock.advance(9_000);
    const members = [...source.members];
    expect(members).toHaveLength(10);
    const openAt: number[] = [];
    for (let count = 0; count < 15; count += 1) {
      openAt.push(members.filter(({ socket }) => socket === 'open').length);
      await clock.advance(1_000);
    }
    expect(openAt[0]).toBe(10);
    expect(openAt.at(-1)).toBe(0);
    expect(new Set(openAt).size).toBeGreaterThan(4);
    await clock.waitFor(pool.close());
    expect(leftovers(clock, source)).toEqual([]);
  });
});
