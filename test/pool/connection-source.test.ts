import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Connection,
  connectionSource,
  Pool,
  type CallDirective,
  type ConnectDirective,
  type InitDirective,
  type MessageDirective,
  type PoolOptions,
} from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { endings } from '../protocols/stage.ts';

/** What all counters of a test share. */
interface Desk {
  connects: number;
  ended: number;
  refuses: boolean;
}

interface Counting {
  readonly desk: Desk;
  readonly count: number;
}

/** A connection that counts what it is asked, never answers `hang`, and ends at `stop`. */
class Counter extends Connection<Counting, string, number, number, never, Desk> {
  override init(desk: Desk): InitDirective<Counting> {
    return { do: 'connect', info: 'init', state: { desk, count: 0 } };
  }

  override connect(_info: unknown, state: Counting): ConnectDirective<Counting> {
    state.desk.connects += 1;
    if (state.desk.refuses) return { do: 'backoff', cause: new Error('nobody there'), state };
    return { do: 'ok', state };
  }

  override handleCall(request: string, _from: unknown, state: Counting): CallDirective<Counting, number> {
    if (request === 'hang') return { do: 'no-reply', state };
    if (request === 'stop') return { do: 'stop', reason: 'normal', state };
    const count = state.count + 1;
    return { do: 'reply', value: count, state: { ...state, count } };
  }

  override handleCast(message: number, state: Counting): MessageDirective<Counting> {
    return { do: 'no-reply', state: { ...state, count: state.count + message } };
  }

  override terminate(_reason: unknown, { desk }: Counting): void {
    desk.ended += 1;
  }
}

function poolOf(options: PoolOptions = {}, desk: Desk = { connects: 0, ended: 0, refuses: false }) {
  const clock = new VirtualClock();
  const environment = { clock, random: (): number => 0.5, dial: neverDials };
  const source = connectionSource(Counter, desk, {}, environment);
  const pool = Pool.start(source, { max: 1, ...options }, environment);
  onTestFinished(async () => {
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await clock.advance(60_000);
    expect(clock.describeTimers()).toEqual([]);
  });
  return { clock, pool, desk };
}

function neverDials(): never {
  throw new Error('A connection of this kind is dialled by itself.');
}

describe("a pool of connections of one's own", () => {
  test('lends one whole, again and again, and refuses what is asked of it afterwards', async () => {
    const { clock, pool, desk } = poolOf();
    const lease = await clock.waitFor(pool.checkout());
    const leased = lease.connection;
    expect(await clock.waitFor(leased.call('next'))).toBe(1);
    leased.cast(10);
    lease.release();
    await expect(leased.call('late')).rejects.toMatchObject({ code: 'LEASE_ENDED', outcome: 'not-sent' });
    expect(() => leased.cast(1)).toThrow(expect.objectContaining({ code: 'LEASE_ENDED' }));
    expect(await clock.waitFor(pool.with((connection) => connection.call('next')))).toBe(12);
    expect(desk.connects).toBe(1);
  });

  test('closes one that still works at what its last holder has given up', async () => {
    const { clock, pool, desk } = poolOf();
    const hanging = pool.with((connection) => connection.call('hang', { timeoutMs: 10 }));
    expect(await clock.waitFor(endings([hanging]))).toEqual(['unknown DEADLINE']);
    expect(await clock.waitFor(pool.with((connection) => connection.call('next')))).toBe(1);
    expect([desk.connects, desk.ended]).toEqual([2, 1]);
  });

  test('replaces one that has ended', async () => {
    const { clock, pool, desk } = poolOf();
    const stopped = pool.with((connection) => connection.call('stop'));
    expect(await clock.waitFor(endings([stopped]))).toEqual(['unknown CLOSED']);
    expect(await clock.waitFor(pool.with((connection) => connection.call('next')))).toBe(1);
    expect([desk.connects, pool.explain().counts.closed.lost]).toEqual([2, 1]);
  });

  test('dials by its own backoff, and says why nobody is connected', async () => {
    const { clock, pool, desk } = poolOf({}, { connects: 0, ended: 0, refuses: true });
    const caller = pool.checkout();
    await expect(clock.waitFor(caller)).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
      cause: { code: 'CONNECT_FAILED', cause: { message: 'nobody there' } },
    });
    expect(desk.connects).toBeLessThan(12);
    expect(desk.ended).toBe(desk.connects);
    desk.refuses = false;
    await clock.waitFor(pool.ready({ timeoutMs: Infinity }));
    expect(await clock.waitFor(pool.with((connection) => connection.call('next')))).toBe(1);
  });
});
