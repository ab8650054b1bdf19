import { HawserError, Pool, PooledCalls, type Asking, type PoolSource, type Request } from 'hawser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const TIMEOUT_MS = 1_000;

function request(name: string, repeatable = false): Request {
  return { command: name, bytes: 1, repeatable, silenceMs: 0, expectsReply: true };
}

function lost(outcome: 'not-sent' | 'unknown'): HawserError {
  return new HawserError('CONNECTION_LOST', 'lost', { outcome });
}

/** Calls over a pool whose members answer as `answer` does; `count` is how often it was asked. */
function stage(answer: (count: number) => Promise<string>): {
  readonly calls: PooledCalls<Request, string>;
  readonly clock: VirtualClock;
  readonly asked: () => number;
  readonly ends: string[];
} {
  const clock = new VirtualClock();
  let asked = 0;
  const ends: string[] = [];
  const source: PoolSource<number, Asking<Request, string>> = {
    name: 'test',
    open: () => Promise.resolve(1),
    lend: () => {
      let isOver = false;
      const submit = (): Promise<string> => {
        if (isOver) throw new Error('It was asked behind its end.');
        asked += 1;
        return answer(asked);
      };
      const end = (): 'clean' => {
        isOver = true;
        ends.push('end');
        return 'clean';
      };
      return { connection: { submit }, end };
    },
    close: () => Promise.resolve(),
  };
  const pool = Pool.start(source, { timeoutMs: TIMEOUT_MS }, { clock, random: () => 0 });
  onTestFinished(() => clock.waitFor(pool.close({ timeoutMs: 0 })).then(() => {}));
  return { calls: new PooledCalls(pool, clock, TIMEOUT_MS), clock, asked: () => asked, ends };
}

describe('a call over a pool', () => {
  test('that was not sent, because its connection had just been lost, is asked once more', async () => {
    const { calls, clock, asked, ends } = stage((count) => {
      if (count === 1) throw lost('not-sent');
      return Promise.resolve('answer');
    });
    expect(await clock.waitFor(calls.submit(request('write')))).toBe('answer');
    expect(asked()).toBe(2);
    expect(ends).toHaveLength(2);
  });

  test('that may have run is asked once more only when it is repeatable', async () => {
    for (const repeatable of [true, false]) {
      const { calls, clock, asked } = stage((count) =>
        count === 1 ? Promise.reject(lost('unknown')) : Promise.resolve('answer'),
      );
      const outcome = await clock.waitFor(
        calls.submit(request('ask', repeatable)).catch((error: HawserError) => error.outcome),
      );
      expect(outcome).toBe(repeatable ? 'answer' : 'unknown');
      expect(asked()).toBe(repeatable ? 2 : 1);
    }
  });

  test('is asked no more than twice, and not for other failures', async () => {
    const always = stage(() => Promise.reject(lost('unknown')));
    await expect(always.clock.waitFor(always.calls.submit(request('read', true)))).rejects.toThrow('lost');
    expect(always.asked()).toBe(2);
    const refused = new HawserError('ERR', 'no', { outcome: 'refused' });
    const other = stage(() => Promise.reject(refused));
    await expect(other.clock.waitFor(other.calls.submit(request('read', true)))).rejects.toBe(refused);
    expect(other.asked()).toBe(1);
  });

  test('is asked again only within a budget, however many fail', async () => {
    const { calls, clock, asked } = stage(() => Promise.reject(lost('unknown')));
    const COUNT = 1_000;
    for (let count = 0; count < COUNT; count += 1) {
      await clock.waitFor(calls.submit(request('read', true)).catch(() => {}));
    }
    expect(asked()).toBeLessThanOrEqual(COUNT * 1.2 + 100);
  });
});
