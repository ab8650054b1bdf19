/** A caller may leave at any point: see conformance-checkout.test.ts. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Caller, poolWorld, type PoolWorld } from './world.ts';

const MAX = 2;
/** More turns of promises than there are between any two things that happen here. */
const TURNS = 25;

interface Situation {
  readonly title: string;
  /** Brings about a situation in which a checkout is under way. */
  readonly arrange: (world: PoolWorld) => Promise<{
    readonly caller: (signal: AbortSignal) => Caller;
    /** What the caller waits for comes. */
    readonly comes: () => void;
  }>;
}

const SITUATIONS: readonly Situation[] = [
  {
    title: 'an idle member',
    arrange: async ({ clock, call }) => {
      const one = call();
      await clock.settle();
      one.release();
      return { caller: (signal) => call({ signal }), comes: () => {} };
    },
  },
  {
    title: 'the first dial',
    arrange: async ({ source, call }) => {
      source.onOpen = () => {};
      return {
        caller: (signal) => call({ signal }),
        comes: () => {
          source.onOpen = (open) => open.succeed();
          source.dialling[0]!.succeed();
        },
      };
    },
  },
  {
    title: 'a dial that fails',
    arrange: async ({ source, call }) => {
      source.onOpen = () => {};
      return {
        caller: (signal) => call({ signal }),
        comes: () => {
          source.onOpen = (open) => open.succeed();
          source.dialling[0]!.fail();
        },
      };
    },
  },
  {
    title: 'a member that is returned',
    arrange: async ({ clock, call }) => {
      const holders = [call(), call()];
      await clock.settle();
      return { caller: (signal) => call({ signal }), comes: () => holders[0]!.release() };
    },
  },
  {
    title: 'a member that is closed to make room',
    arrange: async ({ clock, source, call }) => {
      const holders = [call(), call()];
      await clock.settle();
      source.closeMs = () => 5;
      holders[0]!.lease.condemn('for the test');
      return { caller: (signal) => call({ signal }), comes: () => holders[0]!.release() };
    },
  },
  {
    title: 'a member that is reset',
    arrange: async ({ clock, source, call }) => {
      const holders = [call(), call()];
      await clock.settle();
      let done = (_clean: boolean): void => {};
      source.onReset = () => new Promise((resolve) => (done = resolve));
      holders[0]!.link.leaves = 'dirty';
      holders[0]!.release();
      return { caller: (signal) => call({ signal }), comes: () => done(true) };
    },
  },
  {
    title: 'a member that is asked and is good',
    arrange: async ({ clock, source, call }) => {
      const one = call();
      await clock.settle();
      one.release();
      await clock.advance(2_000);
      let good = (): void => {};
      source.onCheck = () => new Promise((resolve) => (good = resolve));
      return {
        caller: (signal) => call({ signal }),
        comes: () => {
          source.onCheck = () => Promise.resolve();
          good();
        },
      };
    },
  },
  {
    title: 'a member that is asked and is gone',
    arrange: async ({ clock, source, call }) => {
      const one = call();
      await clock.settle();
      one.release();
      await clock.advance(2_000);
      let gone = (_cause: Error): void => {};
      source.onCheck = () => new Promise((_resolve, reject) => (gone = reject));
      return {
        caller: (signal) => call({ signal }),
        comes: () => {
          source.onCheck = () => Promise.resolve();
          gone(new Error('no pong'));
        },
      };
    },
  },
];

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe('A caller who leaves while it waits for', () => {
  test.for(SITUATIONS)('$title costs no slot, at whatever turn it leaves', async ({ arrange }) => {
    for (const order of ['before', 'after']) {
      for (let turn = 0; turn < TURNS; turn += 1) {
        const world = poolWorld({ max: MAX, timeoutMs: 60_000, whenDownWaitMs: 60_000 });
        const { clock, pool, source } = world;
        const { caller: make, comes } = await arrange(world);
        const controller = new AbortController();
        const caller = make(controller.signal);
        const other = world.call();
        if (order === 'before') {
          await turns(turn);
          controller.abort();
          comes();
        } else {
          comes();
          await turns(turn);
          controller.abort();
        }
        await clock.advance(1_000);
        expect(caller.settled).toBe(1);
        expect(['holds', 'ABORTED not-sent']).toContain(caller.fate);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
        const report = pool.explain();
        expect(report.waiting).toBe(other.state === 'waits' ? 1 : 0);
        if (caller.state === 'holds') caller.release();
        await clock.advance(1_000);
        expect(other.state).toBe('holds');
        expect(source.sockets).toBeLessThanOrEqual(MAX);
        expect(source.violations).toEqual([]);
      }
    }
  });

  test('anything before it asked is told at once, and nothing is opened for it', async () => {
    const { clock, source, call } = poolWorld();
    const caller = call({ signal: AbortSignal.abort(new Error('changed my mind')) });
    await clock.settle();
    expect(caller.fate).toBe('ABORTED not-sent');
    expect(caller.error.cause).toMatchObject({ message: 'changed my mind' });
    expect(source.opens).toEqual([]);
  });

  test.each([true, false])(
    'the member that comes goes to the next who waits, shedding %s',
    async (isShed) => {
      const { clock, pool, call } = poolWorld({ max: 1, ...(isShed ? {} : { shedding: false }) });
      const holder = call();
      await clock.settle();
      const controller = new AbortController();
      const left = call({ signal: controller.signal });
      const next = call();
      controller.abort();
      await clock.settle();
      expect([left.fate, next.state]).toEqual(['ABORTED not-sent', 'waits']);
      holder.release();
      await clock.settle();
      expect(next.state).toBe('holds');
      expect(pool.explain()).toMatchObject({ leased: 1, waiting: 0 });
    },
  );

  test('with() leaves the function to its own end, and returns the lease then', async () => {
    const { clock, pool, source } = poolWorld({ max: 1 });
    const controller = new AbortController();
    const used = pool.with(() => source.wait(100).then(() => 'done'), { signal: controller.signal });
    await clock.advance(50);
    controller.abort();
    expect(await clock.waitFor(used)).toBe('done');
    expect(pool.explain()).toMatchObject({ idle: 1, leased: 0 });
  });
});
