import { resp, type SimulatedRedisAnswer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

// A command that the server may have run is not repeated silently: it rejects with `unknown`.

const LOST = { code: 'CONNECTION_LOST', outcome: 'unknown' };

/** Ways in which the socket can die when the command has run and its reply has not come. */
const DEATHS: readonly [string, SimulatedRedisAnswer][] = [
  ['is reset', 'reset'],
  ['is ended', 'end'],
  ['is reset in the middle of the reply', { bytes: ':1', afterwards: 'reset' }],
  ['is ended in the middle of the reply', { bytes: ':1\r', afterwards: 'end' }],
];

describe('the server runs INCR and the socket dies before the reply', () => {
  test.each(DEATHS)(
    'when the socket %s, the call rejects with `unknown` and the server saw it once',
    async (_, answer) => {
      const world = new RedisWorld();
      const client = await world.connect();
      world.redis.on('INCR', ({ run }) => {
        run();
        return answer;
      });
      expect(await world.failureOf(client.incr('counter'))).toMatchObject({ ...LOST, command: 'INCR' });
      await world.clock.advance(60_000);
      expect(client.state).toBe('ready');
      expect(world.redis.timesReceived('counter')).toBe(1);
      expect(world.redis.value('counter')).toBe('1');
    },
  );

  test('every write in flight rejects with `unknown`, and each was seen once', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run, count }) => {
      const reply = run();
      return count < 10 ? { bytes: reply } : 'reset';
    });
    const keys = Array.from({ length: 10 }, (_, index) => `counter:${index}`);
    const endings = await world.endings(keys.map((key) => client.incr(key)));
    expect(endings.slice(0, 9)).toEqual(keys.slice(0, 9).map(() => ({ value: 1 })));
    expect(endings[9]).toMatchObject({ error: LOST });
    await world.clock.advance(60_000);
    expect(keys.map((key) => world.redis.timesReceived(key))).toEqual(keys.map(() => 1));
  });

  test('a write behind it, which the server never read, is `unknown` too: it was handed to the socket', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'reset');
    const [first, second] = await world.endings<unknown>([client.incr('first'), client.set('second', '2')]);
    expect(first).toMatchObject({ error: LOST });
    expect(second).toMatchObject({ error: { ...LOST, command: 'SET' } });
    await world.clock.advance(60_000);
    expect(world.redis.timesApplied('second')).toBe(0);
  });

  test('a write of which the kernel has not taken all is `unknown` too, and is not sent again', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.wire(1).stopReading();
    const ended = endingOf(client.set('large', 'x'.repeat(200_000)));
    await world.clock.advance(100);
    expect(world.wire(1).written.length).toBeLessThan(200_000);
    world.crash();
    world.restart();
    expect(await world.clock.waitFor(ended)).toMatchObject({ error: { ...LOST, command: 'SET' } });
    await world.clock.advance(60_000);
    expect(client.state).toBe('ready');
    expect(world.redis.timesReceived('large')).toBe(0);
  });

  test('with `retry: always` it is asked once more, and the server has run it twice', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run, count }) => {
      const bytes = run();
      return count === 1 ? 'reset' : { bytes };
    });
    expect(await world.clock.waitFor(client.incr('counter', { retry: 'always' }))).toBe(2);
    expect(world.redis.timesReceived('counter')).toBe(2);
  });

  test('a pipeline is `unknown` where it was not answered, a transaction as a whole', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', ({ run, count }) => (count === 1 ? { bytes: run() } : 'reset'));
    const pipeline = await world.clock.waitFor(
      client.pipeline([
        ['INCR', 'a'],
        ['INCR', 'b'],
        ['GET', 'c'],
      ]),
    );
    expect(pipeline).toMatchObject([1, { ...LOST, command: 'INCR' }, { ...LOST, command: 'GET' }]);
    world.redis.on('EXEC', ({ run }) => {
      run();
      return 'reset';
    });
    world.redis.on('INCR', () => undefined);
    const transaction = client.transaction([['INCR', 'd']]);
    expect(await world.failureOf(transaction)).toMatchObject({ ...LOST, command: 'MULTI' });
    await world.clock.advance(60_000);
    expect(world.redis.timesApplied('d')).toBe(1);
  });
});

describe('a read whose reply was lost', () => {
  test('is asked once more on the next connection and answered once', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('key', Buffer.from('value'));
    world.redis.on('GET', ({ count }) => (count === 1 ? 'reset' : undefined));
    expect(await world.clock.waitFor(client.get('key'))).toBe('value');
    await world.clock.advance(60_000);
    expect(
      world.redis.commands.filter(({ name }) => name === 'GET').map(({ connection }) => connection),
    ).toEqual([1, 2]);
  });

  test('is asked no third time', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => 'reset');
    expect(await world.failureOf(client.get('key'))).toMatchObject({ ...LOST, command: 'GET' });
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('key')).toBe(2);
  });

  test('with `retry: never` is not asked again', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => 'reset');
    expect(await world.failureOf(client.get('key', { retry: 'never' }))).toMatchObject(LOST);
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('key')).toBe(1);
  });

  test('a pipeline that only reads is asked again as a whole, one that writes is not', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('b', Buffer.from('2'));
    const forget = world.redis.on('GET', ({ run, count }) => (count === 1 ? { bytes: run() } : 'reset'));
    const reading = endingOf(
      client.pipeline([
        ['GET', 'a'],
        ['GET', 'b'],
      ]),
    );
    await world.clock.advance(1);
    forget();
    expect(await world.clock.waitFor(reading)).toEqual({ value: [null, '2'] });
    world.redis.on('GET', () => 'reset');
    const writing = await world.clock.waitFor(
      client.pipeline([
        ['INCR', 'n'],
        ['GET', 'b'],
      ]),
    );
    expect(writing).toMatchObject([1, LOST]);
  });

  test('and whose deadline passes before it can be asked again is `unknown`', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ timeoutMs: 1_000 });
    world.redis.on('GET', () => {
      world.crash();
      return 'silence';
    });
    const error = await world.failureOf(client.get('key'));
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    world.restart();
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('key')).toBe(1);
  });

  test('and for which calls wait no longer is `unknown`', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ whenDownWaitMs: 500 });
    world.redis.on('GET', () => {
      world.crash();
      return 'silence';
    });
    const error = await world.failureOf(client.get('key'));
    expect(error).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'unknown' });
  });

  test('is asked again only within a budget: ten a second and a fifth of the calls', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const silence = world.redis.on('GET', () => 'silence');
    const calls = Array.from({ length: 1_000 }, (_, index) => client.get(`key:${index}`));
    const endings = world.endings(calls);
    silence();
    world.wire(1).cut({ direction: 'to-client' });
    const failed = (await endings).filter((ending) => 'error' in ending);
    // 1,000 / 5 + 10 x 10 may be asked again.
    expect(failed).toHaveLength(700);
    for (const ending of failed) expect(ending).toMatchObject({ error: LOST });
  });
});

test('a reply that came before the loss counts, however little came behind it', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  world.redis.on('INCR', ({ run }) => ({
    bytes: [run(), resp.integer(2).subarray(0, 1)],
    afterwards: 'reset',
  }));
  const [counted, lost] = await world.endings([client.incr('one'), client.incr('two')]);
  expect(counted).toEqual({ value: 1 });
  expect(lost).toMatchObject({ error: LOST });
});
