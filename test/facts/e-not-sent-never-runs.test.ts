import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf, type Ending } from '../support/redis-world.ts';

// A call that was reported failed as `not-sent` never runs later, though the server comes back.

const LONG_MS = 60_000;

/** A client whose server is away, and stays away until it is restarted. */
async function clientInOutage(options: Parameters<RedisWorld['connect']>[0] = {}) {
  const world = new RedisWorld();
  const client = await world.connect(options);
  world.crash();
  await world.clock.advance(10);
  return { world, client };
}

async function expectNeverRun(world: RedisWorld, key: string): Promise<void> {
  world.restart();
  await world.clock.advance(LONG_MS);
  expect(world.redis.connections.length).toBeGreaterThan(1);
  expect(world.redis.timesReceived(key)).toBe(0);
}

describe('a call that failed as `not-sent` while the server was away never runs later', () => {
  test('its deadline passed', async () => {
    const { world, client } = await clientInOutage();
    const call = client.command(['INCR', 'n'], { timeoutMs: 500 });
    expect(await world.failureOf(call)).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
    await expectNeverRun(world, 'n');
  });

  test('its deadline passed at the very instant at which the server is back', async () => {
    const { world, client } = await clientInOutage({ backoff: { baseMs: 0, capMs: 0 } });
    const ending: Ending<unknown>[] = [];
    void endingOf(client.command(['INCR', 'n'], { timeoutMs: 500 })).then((end) => ending.push(end));
    await world.clock.advance(498);
    world.restart();
    await world.clock.advance(LONG_MS);
    const [end] = ending;
    // Whatever was said must be true.
    expect(end).toBeDefined();
    expect(world.redis.timesReceived('n')).toBe('value' in end! ? 1 : 0);
    if ('error' in end!) expect(end.error).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
  });

  test('it was aborted', async () => {
    const { world, client } = await clientInOutage();
    const abort = new AbortController();
    const call = endingOf(client.command(['INCR', 'n'], { signal: abort.signal }));
    await world.clock.advance(100);
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'ABORTED', outcome: 'not-sent' },
    });
    await expectNeverRun(world, 'n');
  });

  test('it was made with a signal that had fired', async () => {
    const { world, client } = await clientInOutage();
    const call = client.command(['INCR', 'n'], { signal: AbortSignal.abort() });
    expect(await world.failureOf(call)).toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
    await expectNeverRun(world, 'n');
  });

  test('calls wait no longer: whenDownWaitMs is over', async () => {
    const { world, client } = await clientInOutage({ whenDownWaitMs: 300 });
    const call = client.incr('n');
    const madeAt = world.clock.now();
    const error = await world.failureOf(call);
    expect(error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent', command: 'INCR' });
    expect(error.message).toMatch(
      /not connected for 30\d ms, (next attempt in \d+ ms|an attempt is under way); last cause: /,
    );
    expect(world.clock.now() - madeAt).toBeLessThanOrEqual(300);
    await expectNeverRun(world, 'n');
  });

  test('it was made when calls wait no longer', async () => {
    const { world, client } = await clientInOutage();
    await world.clock.advance(2_000);
    const madeAt = world.clock.now();
    expect(await world.failureOf(client.incr('n'))).toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
    });
    expect(world.clock.now()).toBe(madeAt);
    await expectNeverRun(world, 'n');
  });

  test('there was no room for it: too many calls', async () => {
    const { world, client } = await clientInOutage({ maxPending: { requests: 3 } });
    const waiting = ['a', 'b', 'c'].map((key) => endingOf(client.incr(key)));
    expect(await world.failureOf(client.incr('n'))).toMatchObject({
      code: 'OVERLOADED',
      outcome: 'not-sent',
    });
    world.restart();
    expect(await world.clock.waitFor(Promise.all(waiting))).toEqual([
      { value: 1 },
      { value: 1 },
      { value: 1 },
    ]);
    await expectNeverRun(world, 'n');
  });

  test('there was no room for it: too many bytes', async () => {
    const { world, client } = await clientInOutage({ maxPending: { bytes: 1_000 } });
    const call = client.set('n', 'x'.repeat(1_000));
    expect(await world.failureOf(call)).toMatchObject({ code: 'OVERLOADED', outcome: 'not-sent' });
    await expectNeverRun(world, 'n');
  });

  test('the client was closed', async () => {
    const { world, client } = await clientInOutage();
    const call = endingOf(client.incr('n'));
    await world.clock.waitFor(client.close());
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'CLOSED', outcome: 'not-sent' } });
    world.restart();
    await world.clock.advance(LONG_MS);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test.each(['pipeline', 'transaction'] as const)('it was a %s', async (kind) => {
    const { world, client } = await clientInOutage();
    const call = client[kind](
      [
        ['INCR', 'n'],
        ['INCR', 'm'],
      ],
      { timeoutMs: 500 },
    );
    const ending = await world.clock.waitFor(endingOf<unknown>(call));
    const failure = { code: 'DEADLINE', outcome: 'not-sent' };
    expect(ending).toMatchObject(kind === 'pipeline' ? { value: [failure, failure] } : { error: failure });
    await expectNeverRun(world, 'n');
  });
});

describe('a call that failed as `not-sent` while connected never runs later', () => {
  test('it waited for the kernel to take what was before it', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 4_096 });
    const client = await world.connect({ timeoutMs: 60_000, stallAfterMs: Infinity });
    world.wire(1).stopReading();
    const large = endingOf(client.set('large', 'x'.repeat(100_000)));
    await world.clock.advance(10);
    const call = client.command(['INCR', 'n'], { timeoutMs: 500 });
    expect(await world.failureOf(call)).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
    world.wire(1).resumeReading();
    expect(await world.clock.waitFor(large)).toEqual({ value: 'OK' });
    await world.clock.advance(LONG_MS);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('it was aborted in the tick in which it was made', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const abort = new AbortController();
    const call = endingOf(client.command(['INCR', 'n'], { signal: abort.signal }));
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'ABORTED', outcome: 'not-sent' },
    });
    await world.clock.advance(LONG_MS);
    expect(world.redis.timesReceived('n')).toBe(0);
  });

  test('its arguments could not be sent', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const call = client.command(['SET', 'n', undefined as unknown as string]);
    expect(await world.failureOf(call)).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' });
    await world.clock.advance(LONG_MS);
    expect(world.redis.timesReceived('n')).toBe(0);
  });
});

test('a call that waited and did not fail runs once, when the server is back', async () => {
  const { world, client } = await clientInOutage();
  const call = endingOf(client.incr('n'));
  await world.clock.advance(300);
  world.restart();
  expect(await world.clock.waitFor(call)).toEqual({ value: 1 });
  await world.clock.advance(LONG_MS);
  expect(world.redis.timesReceived('n')).toBe(1);
});
