import type { Redis, StateName } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf, type Ending } from '../support/redis-world.ts';

// Listeners are told in the middle of things, and may do anything to the client that tells them.

/** What a listener does. What it starts is added to `started`. */
interface Deed {
  readonly name: string;
  readonly run: (client: Redis, started: Promise<Ending<unknown>>[], abort: AbortController) => void;
}

const DEEDS: readonly Deed[] = [
  { name: 'closes', run: (client, started) => started.push(endingOf(client.close())) },
  {
    name: 'closes at once',
    run: (client, started) => started.push(endingOf(client.close({ timeoutMs: 0 }))),
  },
  {
    name: 'closes twice and asks for more',
    run: (client, started) => {
      started.push(endingOf(client.close()), endingOf(client.close({ timeoutMs: 0 })));
      started.push(endingOf(client.get('key')), endingOf(client.ready()), endingOf(client.capacity()));
    },
  },
  {
    name: 'asks',
    run: (client, started) => {
      for (let count = 0; count < 3; count += 1) started.push(endingOf(client.incr('n', { timeoutMs: 700 })));
      started.push(
        endingOf(
          client.pipeline([
            ['GET', 'a'],
            ['INCR', 'b'],
          ]),
        ),
      );
      started.push(endingOf(client.set('big', 'x'.repeat(200_000))));
    },
  },
  {
    name: 'waits',
    run: (client, started) => started.push(endingOf(client.ready()), endingOf(client.capacity())),
  },
  { name: 'aborts', run: (_, __, abort) => abort.abort() },
  {
    name: 'connects and closes',
    run: (client, started) => {
      client.retryNow();
      started.push(endingOf(client.close({ timeoutMs: 1 })));
    },
  },
  {
    name: 'aborts, asks and closes',
    run: (client, started, abort) => {
      abort.abort();
      started.push(endingOf(client.incr('n')), endingOf(client.close({ timeoutMs: 5 })));
    },
  },
];

const STATES: readonly StateName[] = [
  'connecting',
  'handshaking',
  'ready',
  'backing-off',
  'parked',
  'draining',
  'closed',
];

/** What happens to a client meanwhile, so that it comes through all of its states. */
const STORIES: readonly { readonly name: string; readonly tell: (world: RedisWorld) => Promise<void> }[] = [
  { name: 'all goes well', tell: (world) => world.clock.advance(300) },
  {
    name: 'the connection is reset, and comes back',
    tell: async (world) => {
      await world.clock.advance(20);
      world.redis.connections.at(-1)?.reset();
      await world.clock.advance(300);
      world.redis.connections.at(-1)?.send(resp.push('news', '1'));
      await world.clock.advance(20);
    },
  },
  {
    name: 'the server answers nonsense',
    tell: async (world) => {
      await world.clock.advance(20);
      world.redis.connections.at(-1)?.send('?nonsense\r\n');
      await world.clock.advance(300);
    },
  },
  {
    name: 'the server is frozen',
    tell: async (world) => {
      await world.clock.advance(20);
      world.network.connections.at(-1)?.freeze();
      await world.clock.advance(5_000);
    },
  },
  {
    name: 'nobody listens',
    tell: async (world) => {
      world.network.answerDials(ENDPOINT, { kind: 'refuse', afterMs: 3 });
      await world.clock.advance(5_000);
    },
  },
  {
    name: 'the password is wrong',
    tell: async (world) => {
      world.redis.on('HELLO', () => ({ bytes: resp.error('WRONGPASS invalid username-password pair') }));
      await world.clock.advance(300);
    },
  },
];

describe.each(STORIES)('while $name', ({ tell }) => {
  test.each(DEEDS)(
    'a listener that $name, in any state and at any push message, breaks nothing',
    async ({ run }) => {
      for (const state of [...STATES, 'push'] as const) {
        const world = new RedisWorld({ kernelBufferBytes: 4_096 });
        const client = world.start({ maxPending: { requests: 20 }, whenDownWaitMs: 100 });
        const started: Promise<Ending<unknown>>[] = [];
        const abort = new AbortController();
        let deeds = 0;
        const listener = (): void => {
          deeds += 1;
          // Again and again, but not for ever.
          if (deeds <= 3) run(client, started, abort);
        };
        client.onState(({ to }) => {
          if (to === state) listener();
        });
        client.onPush(() => {
          if (state === 'push') listener();
        });
        const { signal } = abort;
        for (let count = 0; count < 4; count += 1) {
          started.push(
            endingOf(client.incr(`n:${count}`, { signal })),
            endingOf(client.get('key', { signal })),
          );
        }
        started.push(endingOf(client.ready({ signal })), endingOf(client.capacity({ signal })));
        await tell(world);
        started.push(endingOf(client.close({ timeoutMs: 50 })));
        await world.clock.waitFor(Promise.all(started));
        await world.clock.advance(10_000);
        expect(client.state).toBe('closed');
        expect(client.explain()).toMatchObject({ waiting: 0, inFlight: 0, abandoned: 0, pendingBytes: 0 });
        for (const ending of await Promise.all(started)) {
          if ('error' in ending) expect(ending.error.name).toMatch(/^(HawserError|AbortError)$/);
        }
      }
    },
  );
});

test('a signal that fires while calls are being failed by the same signal fails each once', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const abort = new AbortController();
  const nested = new AbortController();
  const before = [1, 2, 3].map((count) => endingOf(client.incr(`before:${count}`, { signal: abort.signal })));
  abort.signal.addEventListener('abort', () => nested.abort());
  const after = [1, 2, 3].map((count) => endingOf(client.incr(`after:${count}`, { signal: nested.signal })));
  await world.clock.settle();
  abort.abort();
  abort.abort();
  for (const ending of await world.clock.waitFor(Promise.all([...before, ...after]))) {
    expect(ending).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
  }
  expect(await world.clock.waitFor(client.incr('later'))).toBe(1);
});

test('listeners that come and go while they are told are told once or not at all', async () => {
  const world = new RedisWorld();
  const client = world.start();
  const told: string[] = [];
  const removers: (() => void)[] = [];
  removers.push(
    client.onState(() => {
      told.push('first');
      for (const remove of removers.splice(0)) remove();
    }),
    client.onState(() => told.push('second')),
  );
  await world.clock.waitFor(client.ready());
  expect(told).toEqual(['first']);
});
