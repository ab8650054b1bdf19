import { tracingChannel } from 'node:diagnostics_channel';
import type { HawserError, Redis } from 'hawser/redis';
import { expect, onTestFinished, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

// What an error tells does not depend on who listens, nor on how the command was put.

/** Subscribes to the traces of commands until the test is over. */
function trace(): void {
  const nothing = (): void => {};
  const subscribers = {
    start: nothing,
    end: nothing,
    asyncStart: nothing,
    asyncEnd: nothing,
    error: nothing,
  };
  const traces = tracingChannel<object>('hawser:redis:command');
  traces.subscribe(subscribers);
  onTestFinished(() => traces.unsubscribe(subscribers));
}

async function silentWorld(): Promise<{ world: RedisWorld; client: Redis }> {
  const world = new RedisWorld();
  world.redis.on('INCR', () => 'silence');
  return { world, client: await world.connect() };
}

test('a call that is traced has the stack of its caller too', async () => {
  trace();
  const { world, client } = await silentWorld();
  async function addToTheCart(): Promise<unknown> {
    return await client.incr('cart', { timeoutMs: 10 });
  }
  const error = await world.failureOf(addToTheCart());
  expect(error.stack).toMatch(/^HawserError: INCR: no reply .*\n(.*\n)*.*at (async )?addToTheCart/);
});

test('a call that is traced and refused before it is sent rejects', async () => {
  trace();
  const { world, client } = await silentWorld();
  expect(await world.failureOf(client.incr('n', { timeoutMs: -1 }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  expect(await world.failureOf(client.get(undefined as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('each command of a pipeline that was late says what the connection was like, and who called', async () => {
  const { world, client } = await silentWorld();
  async function addToTheCart(): Promise<unknown[]> {
    return await client.pipeline(
      [
        ['INCR', 'a'],
        ['INCR', 'b'],
      ],
      { timeoutMs: 10 },
    );
  }
  const errors = (await world.clock.waitFor(addToTheCart())) as HawserError[];
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'unknown', command: 'INCR' });
    expect(error.explanation).toMatchObject({ state: 'ready', inFlight: 1 });
    expect(error.stack).toMatch(/at (async )?addToTheCart/);
  }
  expect(errors).toHaveLength(2);
});

test('a call that is larger than all that may be pending is not told to wait', async () => {
  const world = new RedisWorld();
  const client = await world.connect({ maxPending: { bytes: 1_000 } });
  const error = await world.failureOf(client.set('key', 'x'.repeat(2_000)));
  expect(error).toMatchObject({ code: 'OVERLOADED', outcome: 'not-sent', command: 'SET' });
  expect(error.message).toMatch(
    /^SET: its 20\d\d bytes are more than may ever be pending \(1000\); raise maxPending/,
  );
});

test('OVERLOADED says how many wait, and for how long', async () => {
  const world = new RedisWorld();
  const client = await world.connect({ maxPending: { requests: 2 } });
  world.wire(1).freeze();
  const calls = [client.incr('a'), client.incr('b')].map((call) => endingOf(call));
  await world.clock.advance(300);
  const { message } = await world.failureOf(client.incr('c'));
  expect(message).toMatch(/^INCR: 2 of at most 2 calls .* are pending while ready, the oldest for 300 ms;/);
  await world.clock.waitFor(Promise.all(calls));
});

test('what ends a wait names the method that waited', async () => {
  const world = new RedisWorld();
  world.network.answerDials(ENDPOINT, { kind: 'blackhole' });
  const client = world.start({ maxPending: { requests: 1 } });
  const call = endingOf(client.incr('n'));
  for (const command of ['ready', 'capacity'] as const) {
    const abort = new AbortController();
    const aborted = client[command]({ signal: abort.signal });
    abort.abort();
    expect(await world.failureOf(aborted)).toMatchObject({ code: 'ABORTED', command, name: 'AbortError' });
    expect(await world.failureOf(client[command]({ timeoutMs: 1 }))).toMatchObject({
      code: 'DEADLINE',
      command,
    });
  }
  const waits = (['ready', 'capacity'] as const).map((command) => endingOf(client[command]()));
  const closed = client.close();
  const [ready, capacity] = await world.clock.waitFor(Promise.all(waits));
  expect(ready).toMatchObject({ error: { code: 'CLOSED', command: 'ready' } });
  expect(capacity).toMatchObject({ error: { code: 'CLOSED', command: 'capacity' } });
  await world.clock.waitFor(Promise.all([call, closed]));
});
